"""Kernel quantizers with weights 0 and 1.

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

import larq as lq
import numpy as np
import tensorflow as tf
from larq.quantizers import _BaseQuantizer

from sbnn_keras import pseudo_gradients
from sbnn_keras.connections import check_share, count_of_ones
from sbnn_keras.constraints import Between
from sbnn_keras.domain import RATIO_STEPS, check_domain, round_ratio
from sbnn_keras.finite import assert_finite, check_finite
from sbnn_keras.scaling import with_scale_gradient
from sbnn_keras.selection import choose_largest

__all__ = ["SparseBinary", "SparseBinaryGeneral"]

PSEUDO_GRADIENTS = ("ste", "approx", "swish", "error_decay")

# Each replica keeps its own copy of the state. All copies are equal, as they are
# computed from the same latent weights.
_PER_REPLICA = dict(
    synchronization=tf.VariableSynchronization.ON_READ,
    aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
)
# Weights of a dense kernel for each step between two choices.
_WEIGHTS_A_STEP = 16384


def _steps_between_choices(shape) -> int:
    """Steps for which a choice of connections serves, by default.

    Seldom is cheap and slows learning. A convolution multiplies each weight at every
    position, beside which a choice at each step does not count; in a dense layer it
    would take as long as the multiplications.
    """
    if len(shape) > 2:
        return 1
    return max(1, round(int(np.prod(shape)) / _WEIGHTS_A_STEP))


@lq.utils.register_alias("sparse_binary")
@lq.utils.register_keras_custom_object
@tf.keras.utils.register_keras_serializable("sbnn_keras")
class SparseBinary(_BaseQuantizer):
    r"""Quantizes latent weights W to connections b in {0, 1}.

    Without `connections`, b = 1 where W > 0 (arXiv 2207.04974): nothing holds the
    share of ones, which starts at about a half.

    With `connections`, exactly that share of the latent weights, the largest
    ones, are connections at any time. The choice is kept in a variable, renewed
    at the first training step and every `refresh_every` steps after.

    # Arguments
        connections: share of ones to hold, in (0, 1], or `None`. Only the layers
            of `sbnn_keras` can hold a share.
        domain: `"01"`, or `"general"`: the kernel is b + r / 64 with a learnt whole
            number r in [-64, 64] (see `sbnn_keras.domain`).
        pseudo_gradient: the gradient of b in W. `"ste"`: 1 where |W| <= clip_value;
            `"approx"`, `"swish"`: as Larq's sign quantizers; `"error_decay"`: that of
            IR-Net, sharpened by the callback `SharpnessSchedule`. All but the first
            are centred at the threshold.
        clip_value: see `pseudo_gradient`.
        refresh_every: training steps between two choices of connections. By default
            each step for convolutions, where choosing is a small part of a step; for
            dense kernels one step for each 16384 weights.
        metrics: see `larq.context.metrics_scope`.

    # Raises
        ValueError: for a share outside (0, 1], an unknown domain or pseudo-gradient,
            or a `refresh_every` below 1; later, for latent weights that are NaN or
            infinite (see `sbnn_keras.finite`).
    """

    precision = 1

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
        if refresh_every is not None and refresh_every < 1:
            raise ValueError(
                f"Wrong `refresh_every`: found {refresh_every}, wanted a number of "
                "training steps of at least 1."
            )
        if pseudo_gradient not in PSEUDO_GRADIENTS:
            raise ValueError(
                f"Unknown pseudo-gradient: found {pseudo_gradient!r}, wanted one of "
                f"{list(PSEUDO_GRADIENTS)}."
            )
        super().__init__(**kwargs)
        # Computes in the type it is given: the policy is the layer's own matter.
        self._autocast = False
        self.connections = connections
        self.domain = check_domain(domain)
        self.pseudo_gradient = pseudo_gradient
        self.clip_value = clip_value
        self.refresh_every = refresh_every
        # Name of the layer with the kernel, for messages; Larq's layers do not tell.
        self.owner = self.name
        self._mask = None
        self._ratio = None
        self._sharpness = None
        self._state = []
        # Target of the `ExpectedConnections` that last trained the kernel, if any.
        self.constrained_to = None
        # Variable that multiplies the outputs, where a layer learns one.
        self.output_scale = None
        # Share to begin with, where a schedule travels down to `connections`.
        self.first_share = None

    @property
    def is_controlled(self) -> bool:
        """True if the quantizer holds an exact share of connections."""
        return self._mask is not None

    @property
    def non_trainable_weights(self):
        # Larq hides the variables of its metrics here, for they are not saved.
        # A frozen ratio is no longer among the trainable ones.
        frozen = [] if self.trainable else list(self._trainable_weights)
        return frozen + list(self._state)

    def hold(self, kernel: tf.Variable, share: float) -> None:
        """Starts to hold `share` of the entries of `kernel`.

        Called by the layer that owns the kernel, once the kernel exists.

        Args:
            kernel: the latent weights.
            share: share of ones in (0, 1].
        """
        self.connections = check_share(share)
        size = int(np.prod(kernel.shape))
        name = kernel.name.split("/")[-1].split(":")[0]
        self.size = size

        def state(suffix, dtype, shape=(), initial=0):
            return self._add_state(f"{name}_{suffix}", dtype, shape, initial)

        count = count_of_ones(self.first_share or self.connections, size)
        if self.refresh_every is None:
            self.refresh_every = _steps_between_choices(kernel.shape)
        with tf.init_scope():
            mask, threshold = choose_largest(tf.convert_to_tensor(kernel), count)
        # bool and not int8, which several workers could not broadcast.
        self._mask = state("connections", tf.bool, kernel.shape, mask)
        self.threshold = state("threshold", tf.float32, initial=threshold)
        self.count = state("count", tf.int64, initial=count)
        self.steps = state("steps", tf.int64)

    def build(self, input_shape):
        if self.connections is not None and self._mask is None:
            raise ValueError(
                f"Quantizer {self.name}: found connections={self.connections} in a "
                "layer that cannot hold a share, wanted a layer of sbnn_keras. Use "
                "SparseBinaryDense, SparseBinaryConv2D, ... in place of Larq's layer, "
                "or leave `connections` out."
            )
        if self.domain == "general":
            # Weights of mean zero to begin with.
            share = self.first_share or self.connections or 0.5
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
                tf.float32,
                initial=pseudo_gradients.sharpness_at(0.0),
            )
        super().build(input_shape)

    def _add_state(self, name, dtype, shape=(), initial=0):
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

    def sharpen(self, progress: float) -> None:
        """Sets the sharpness of `"error_decay"` for a share of training in [0, 1]."""
        if self._sharpness is not None:
            self._sharpness.assign(pseudo_gradients.sharpness_at(progress))

    def change_share(self, latent: tf.Tensor, share: float) -> None:
        """Holds another share from now on; `connections` stays the target."""
        count = count_of_ones(check_share(share), self.size)
        if count != int(self.count.numpy()):
            self.count.assign(count)
            self.refresh(tf.convert_to_tensor(latent))

    def refresh(self, latent: tf.Tensor) -> None:
        """Chooses the connections anew from the latent weights."""
        mask, threshold = choose_largest(latent, self.count)
        self._mask.assign(mask)
        self.threshold.assign(threshold)

    def _step(self, latent: tf.Tensor) -> None:
        """Counts a training step, and refreshes the connections when it is due."""
        due = tf.equal(self.steps % self.refresh_every, 0)

        def refresh():
            self.refresh(latent)
            return tf.no_op()

        tf.cond(due, refresh, lambda: tf.no_op())
        self.steps.assign_add(1)

    def ones(self, latent: tf.Tensor) -> tf.Tensor:
        """The connections, 0 or 1, in the shape and type of `latent`."""
        if self.is_controlled:
            return tf.cast(self._mask, latent.dtype)
        return tf.cast(latent > 0, latent.dtype)

    def slope(self, latent: tf.Tensor) -> tf.Tensor:
        """The pseudo-gradient of the connections in the latent weights."""
        if self.pseudo_gradient == "ste":
            return pseudo_gradients.clipped_ste(latent, self.clip_value)
        if self.is_controlled:
            latent = latent - tf.cast(self.threshold, latent.dtype)
        if self.pseudo_gradient == "approx":
            return pseudo_gradients.approx_sign(latent)
        if self.pseudo_gradient == "swish":
            return pseudo_gradients.swish_sign(latent)
        return pseudo_gradients.error_decay(latent, self._sharpness)

    def binarize(self, latent: tf.Tensor) -> tf.Tensor:
        """The connections, with the pseudo-gradient in the latent weights."""
        slope = tf.stop_gradient(self.slope(latent))
        return pseudo_gradients.binarize(latent, self.ones(latent), slope)

    def current_ones(self, latent: tf.Variable) -> np.ndarray:
        """The connections now, 0 or 1, as a float32 array in the shape of `latent`.

        Raises:
            ValueError: a latent weight is NaN or infinite.
        """
        latent = tf.convert_to_tensor(latent)
        check_finite(latent, self.owner)
        return self.ones(latent).numpy().astype(np.float32)

    def call(self, inputs, training=None):
        if training and self.trainable:
            assert_finite(tf.stop_gradient(inputs), self.owner)
        if self.is_controlled and training and self.trainable:
            self._step(tf.stop_gradient(inputs))
        kernel = super().call(self.binarize(inputs))
        if self._ratio is not None:
            kernel += tf.cast(round_ratio(self._ratio), inputs.dtype)
        if self.output_scale is not None:
            scale = tf.convert_to_tensor(self.output_scale)
            kernel = with_scale_gradient(kernel, scale)
        return kernel

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
