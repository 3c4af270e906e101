"""Kernel quantizers with weights 0 and 1, and of the domains beside them.

Usable in the layers of this package, which build one from their arguments:

```python
sbnn_keras.SparseBinaryDense(64, connections=0.05)
```

or alone in Larq's layers, by name or as an object:

```python
lq.layers.QuantDense(64, kernel_quantizer="sparse_binary")
lq.layers.QuantDense(64, kernel_quantizer=sbnn_keras.quantizers.SparseBinary())
```
"""

import contextlib

import larq as lq
import numpy as np
import tensorflow as tf
from larq.quantizers import _BaseQuantizer

from sbnn_keras.core.arguments import check_number, check_whole
from sbnn_keras.core.connections import check_share, steps_between_choices
from sbnn_keras.core.domains import RATIO_STEPS, get_domain
from sbnn_keras.keras2 import pseudo_gradients
from sbnn_keras.keras2.constraints import Between
from sbnn_keras.keras2.finite import assert_finite, check_finite
from sbnn_keras.keras2.held_connections import HeldConnections
from sbnn_keras.keras2.quant_hard_tanh import QuantHardTanh
from sbnn_keras.keras2.ratio import round_ratio
from sbnn_keras.keras2.scaling import with_scale_gradient

__all__ = [
    "QuantHardTanh",
    "SparseBinary",
    "SparseBinaryGeneral",
    "SparseBinarySigned",
]

PSEUDO_GRADIENTS = ("ste", "approx", "swish", "error_decay")

# Each replica keeps its own copy of the state. All copies are equal, as they are
# computed from the same latent weights.
_PER_REPLICA = dict(
    synchronization=tf.VariableSynchronization.ON_READ,
    aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
)


@lq.utils.register_alias("sparse_binary")
@lq.utils.register_keras_custom_object
@tf.keras.utils.register_keras_serializable("sbnn_keras")
class SparseBinary(_BaseQuantizer):
    r"""Quantizes latent weights W to connections b in {0, 1}.

    Without `connections`, b = 1 where W > 0 (arXiv 2207.04974): nothing holds the
    share of ones, which starts at about a half.

    With `connections`, exactly that share of the latent weights, the largest
    ones, are connections at any time. In the domain "signed" magnitudes are what
    is compared, with half the limit of `glorot_uniform` in place of 0. The
    choice is kept in a variable, renewed at the first training step and every
    `refresh_every` steps after.

    Args:
        connections: share of ones to hold, in (0, 1], or `None`. Only the layers
            of `sbnn_keras` can hold a share.
        domain: `"01"`, or `"general"`: the kernel is b + r / 64 with a learnt whole
            number r in [-64, 64]; or `"signed"`: b times the sign of W (see
            `sbnn_keras.core.domains`).
        pseudo_gradient: the gradient of b in W. `"ste"`: 1 where |W| <= clip_value;
            `"approx"`, `"swish"`: as Larq's sign quantizers; `"error_decay"`: that of
            IR-Net, sharpened by the callback `SharpnessSchedule`. All but the first
            are centred at the threshold.
        clip_value: see `pseudo_gradient`.
        refresh_every: training steps between two choices of connections. By default
            each step for convolutions, where choosing is a small part of a step; for
            dense kernels one step for each 16384 weights.
        metrics: see `larq.context.metrics_scope`.

    Raises:
        ValueError: for a share outside (0, 1], an unknown domain or pseudo-gradient,
            or a `refresh_every` below 1; later, for latent weights that are NaN or
            infinite (see `sbnn_keras.finite`).
    """

    def __init__(
        self,
        connections: float | None = None,
        domain: str = "01",
        pseudo_gradient: str = "ste",
        clip_value: float = 1.0,
        refresh_every: int | None = None,
        **kwargs,
    ):
        if connections is not None:
            connections = check_share(connections)
        if refresh_every is not None:
            refresh_every = check_whole(refresh_every, "refresh_every", at_least=1)
        if pseudo_gradient not in PSEUDO_GRADIENTS:
            raise ValueError(
                f"Unknown pseudo-gradient: found {pseudo_gradient!r}, wanted one of "
                f"{list(PSEUDO_GRADIENTS)}."
            )
        super().__init__(**kwargs)
        # Computes in the type it is given: the policy is the layer's own matter.
        self._autocast = False
        self.connections = connections
        self._domain = get_domain(domain)
        self.pseudo_gradient = pseudo_gradient
        self.clip_value = check_number(
            clip_value, "clip_value", "a number above 0", lambda number: number > 0
        )
        self.refresh_every = refresh_every
        self._owner = self.name
        # What holds the connections; None in Larq's layers, which cannot.
        self.held: HeldConnections | None = None
        self._ratio: tf.Variable | None = None
        self._sharpness: tf.Variable | None = None
        self._state: list[tf.Variable] = []
        self._constrained_to: float | None = None
        # Variable that multiplies the outputs, where a layer learns one.
        self.output_scale: tf.Variable | None = None
        self._first_share: float | None = None
        self._asked_for_shapes = False

    @property
    def domain(self) -> str:
        """Name of the domain."""
        return self._domain.name

    @property
    def precision(self) -> int:
        """Bits of a weight without coding, for Larq's summary."""
        return self._domain.precision

    def bits(self, share: float) -> float:
        """Bits a weight at the entropy bound, with a share of connections."""
        return self._domain.bits(share)

    def score(self, latent):
        """What decides on connections, those of the largest score; of tensor or array."""
        return self._domain.score(latent)

    def belong_to(self, layer: str) -> None:
        """Tells the name of the layer with the kernel, for messages.

        Larq's layers do not tell; then it is the quantizer's own.
        """
        self._owner = layer

    def follow(self, first: float, last: float) -> None:
        """Lets a schedule lead from one share of connections down to another.

        `connections` that were asked for stay the target, and a share that is held
        already stays where it is.
        """
        if self.connections is None:
            self.connections = last
        if self.held_share is None:
            self._first_share = max(first, self.connections)

    def constrain(self, target: float) -> None:
        """Tells the target of the `ExpectedConnections` that trains the kernel."""
        self._constrained_to = target

    @property
    def constrained_to(self) -> float | None:
        """Target of the `ExpectedConnections` that last trained the kernel, if any."""
        return self._constrained_to

    def multiply_outputs_by(self, scale: tf.Variable) -> None:
        """Names the learnt factor of the layer's outputs: its gradient is found here."""
        self.output_scale = scale

    @property
    def state(self) -> list[tf.Variable]:
        """The variables of sparsity control, in the order of files."""
        return list(self._state)

    @property
    def held_share(self) -> float | None:
        """Share of connections held now, exactly; None if nothing holds it."""
        return None if self.held is None else self.held.share

    @property
    def non_trainable_weights(self):
        # Larq hides the variables of its metrics here, for they are not saved.
        # A frozen ratio is no longer among the trainable ones.
        frozen = [] if self.trainable else list(self._trainable_weights)
        return frozen + self.state

    def make_holdable(self, kernel: tf.Variable) -> None:
        """Adds the variables that can hold a share of the entries of `kernel`.

        Called by the layer that owns the kernel, once the kernel exists. `connections`
        are held from now on, if they are given.
        """
        refresh_every = self.refresh_every or steps_between_choices(kernel.shape)
        held = HeldConnections(
            self._domain,
            self._add_state,
            kernel,
            refresh_every,
            self.share_to_begin_with,
        )
        self.held = held
        # Checkpoints know the variables by these names.
        self._mask, self.threshold = held.mask, held.threshold
        self.count, self.steps = held.count, held.steps

    @property
    def share_to_begin_with(self) -> float | None:
        """Share to hold from the start, where a schedule may begin above `connections`."""
        return self._first_share or self.connections

    def build(self, input_shape):
        if self.connections is not None and self.held is None:
            raise ValueError(
                f"Quantizer {self.name}: found connections={self.connections} in a "
                "layer that cannot hold a share, wanted a layer of sbnn_keras. Use "
                "SparseBinaryDense, SparseBinaryConv2D, ... in place of Larq's layer, "
                "or leave `connections` out."
            )
        if self._domain.learns_values:
            # Weights of mean zero to begin with.
            share = self.share_to_begin_with or 0.5
            self._ratio = self.add_weight(
                f"{self.name}_ratio",
                shape=(),
                initializer=tf.keras.initializers.Constant(-share),
                constraint=Between(-1.0, 1.0),
                experimental_autocast=False,
            )
        if self.pseudo_gradient == "error_decay":
            self._sharpness = self._add_state(
                f"{self.name}_sharpness",
                (),
                tf.float32,
                pseudo_gradients.sharpness_at(0.0),
            )
        super().build(input_shape)

    def _add_state(self, name, shape, dtype, initial=0):
        def initializer(shape, dtype):
            return tf.cast(tf.broadcast_to(initial, shape), dtype)

        variable = self.add_weight(
            name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            trainable=False,
            experimental_autocast=False,
            **_PER_REPLICA,
        )
        self._state.append(variable)
        return variable

    @property
    def ratio_steps(self) -> int:
        """r of the general domain: kernel values are b + r / 64. 0 in domain "01"."""
        if self._ratio is None:
            return 0
        return round(float(self._ratio.numpy()) * RATIO_STEPS)

    @property
    def is_sharpened(self) -> bool:
        """True if `SharpnessSchedule` changes the pseudo-gradient."""
        return self._sharpness is not None

    def sharpen(self, progress: float) -> None:
        """Sets the sharpness of `"error_decay"` for a share of training in [0, 1]."""
        if self._sharpness is not None:
            self._sharpness.assign(pseudo_gradients.sharpness_at(progress))

    def current(self, latent: tf.Tensor, chosen: bool = False):
        """The connections, bool in the shape of `latent`, and their threshold."""
        if self.held is None:
            threshold = self._domain.free_threshold(latent.shape)
            return self._domain.score(latent) > threshold, tf.constant(threshold)
        return self.held.current(latent, chosen)

    def slope(self, latent: tf.Tensor, threshold=None) -> tf.Tensor:
        """The pseudo-gradient of the kernel in the latent weights.

        Args:
            latent: the latent weights.
            threshold: of the connections; looked up by default.
        """
        if self.pseudo_gradient == "ste":
            return pseudo_gradients.clipped_ste(latent, self.clip_value)
        if threshold is None:
            threshold = self.current(latent)[1]
        distance = self._domain.score(latent) - tf.cast(threshold, latent.dtype)
        if self.pseudo_gradient == "approx":
            return pseudo_gradients.approx_sign(distance)
        if self.pseudo_gradient == "swish":
            return pseudo_gradients.swish_sign(distance)
        return pseudo_gradients.error_decay(distance, self._sharpness)

    def binarize(self, latent: tf.Tensor) -> tf.Tensor:
        """The connections, 0 or 1, with the pseudo-gradient in the latent weights.

        Args:
            latent: the latent weights.
        """
        fixed = tf.stop_gradient(latent)
        ones, threshold = self.current(fixed)
        slope = self._domain.with_signs(self.slope(fixed, threshold), fixed, tf)
        return pseudo_gradients.step(latent, tf.cast(ones, latent.dtype), slope)

    def _quantize(self, latent: tf.Tensor, chosen: bool) -> tf.Tensor:
        """The kernel but for its ratio, with the pseudo-gradient.

        It moves with the latent weights whatever the sign of a connection is.

        Args:
            latent: the latent weights.
            chosen: True where this training step has been counted.
        """
        fixed = tf.stop_gradient(latent)
        ones, threshold = self.current(fixed, chosen)
        kernel = self._domain.with_signs(tf.cast(ones, latent.dtype), fixed, tf)
        return pseudo_gradients.step(latent, kernel, self.slope(fixed, threshold))

    def current_steps(self, latent: tf.Variable) -> np.ndarray:
        """The kernel now, but for its ratio, as a float32 array in the shape of `latent`.

        Its entries are 0 but for the connections, which have their signs.

        Raises:
            ValueError: a latent weight is NaN or infinite.
        """
        latent = tf.convert_to_tensor(latent)
        check_finite(latent, self._owner)
        ones = self.current(latent)[0].numpy().astype(np.float32)
        return self._domain.with_signs(ones, latent.numpy(), np)

    @contextlib.contextmanager
    def asked_for_shapes(self):
        """Calls in here are for the shape and type of the kernel: nobody runs their graph."""
        self._asked_for_shapes = True
        try:
            yield
        finally:
            self._asked_for_shapes = False

    # Keras reads the signature of `call`, which the decorator would hide.
    def call(self, inputs, training=None):
        return self._kernel_of(inputs, training)

    # There is nothing for AutoGraph to convert: looking for it takes long in every trace.
    @tf.autograph.experimental.do_not_convert
    def _kernel_of(self, inputs, training):
        if self._asked_for_shapes:
            return super().call(inputs)
        trained = training and self.trainable
        if trained:
            assert_finite(tf.stop_gradient(inputs), self._owner)
            if self.held is not None:
                self.held.step(tf.stop_gradient(inputs), self.connections)
        kernel = super().call(self._quantize(inputs, chosen=bool(trained)))
        if self._ratio is not None:
            kernel += tf.cast(round_ratio(self._ratio), inputs.dtype)
        if self.output_scale is not None:
            scale = tf.convert_to_tensor(self.output_scale)
            kernel = with_scale_gradient(kernel, scale)
        return kernel

    def load_own_variables(self, store):
        variables = self._trainable_weights + self._non_trainable_weights
        held = {id(v) for v in self.held.variables()} if self.held else ()
        others = [v for v in variables if id(v) not in held]
        if len(store.keys()) == len(variables) or len(store.keys()) != len(others):
            super().load_own_variables(store)
            return
        # An old file, of a kernel that held nothing.
        for number, variable in enumerate(others):
            variable.assign(store[str(number)])
        self.held.release()

    def get_build_config(self):
        # The layer that owns the kernel builds its quantizer.
        return None

    def get_config(self):
        return {
            **super().get_config(),
            "connections": self.connections,
            "domain": self.domain,
            "pseudo_gradient": self.pseudo_gradient,
            "clip_value": self.clip_value,
            "refresh_every": self.refresh_every,
        }


@lq.utils.register_alias("sparse_binary_general")
@lq.utils.register_keras_custom_object
@tf.keras.utils.register_keras_serializable("sbnn_keras")
class SparseBinaryGeneral(SparseBinary):
    """`SparseBinary` in the general domain, to be asked for by name."""

    def __init__(self, *args, domain: str = "general", **kwargs):
        super().__init__(*args, domain=domain, **kwargs)


@lq.utils.register_alias("sparse_binary_signed")
@lq.utils.register_keras_custom_object
@tf.keras.utils.register_keras_serializable("sbnn_keras")
class SparseBinarySigned(SparseBinary):
    """`SparseBinary` in the domain "signed", to be asked for by name."""

    def __init__(self, *args, domain: str = "signed", **kwargs):
        super().__init__(*args, domain=domain, **kwargs)
