"""Kernel quantizers with weights 0 and 1, and of the domains beside them.

The layers of this package build one from their arguments, or take one:

```python
SparseBinaryDense(64, connections=0.05)
SparseBinaryDense(64, kernel_quantizer=quantizers.SparseBinary(0.05, clip_value=3.0))
```
"""

import keras
import numpy as np
from keras import ops

from sbnn_keras.core.arguments import check_number, check_whole
from sbnn_keras.core.connections import check_share, steps_between_choices
from sbnn_keras.core.domains import RATIO_STEPS, Signs, get_domain
from sbnn_keras.keras3 import pseudo_gradients
from sbnn_keras.keras3.constraints import Between
from sbnn_keras.keras3.finite import check_finite
from sbnn_keras.keras3.held_connections import HeldConnections
from sbnn_keras.keras3.quant_hard_tanh import QuantHardTanh
from sbnn_keras.keras3.registered import registered
from sbnn_keras.keras3.signs import ApproxSign, SteHeaviside, SteSign, SwishSign
from sbnn_keras.keras3.straight_through import carry, round_ratio, with_scale_gradient

__all__ = [
    "ApproxSign",
    "QuantHardTanh",
    "SparseBinary",
    "SparseBinaryGeneral",
    "SparseBinarySigned",
    "SteHeaviside",
    "SteSign",
    "SwishSign",
]

PSEUDO_GRADIENTS = ("ste", "approx", "swish", "error_decay")


@registered
class SparseBinary(keras.layers.Layer):
    r"""Quantizes latent weights W to connections b in {0, 1}.

    Without `connections`, b = 1 where W > 0 (arXiv 2207.04974): nothing holds the share
    of ones, which starts at about a half. With `connections`, exactly that share of the
    latent weights, the largest ones, are connections at any time. In the domain "signed"
    magnitudes are what is compared, with half the limit of `glorot_uniform` in place of 0.
    The choice is kept in a variable, renewed at the first training step and every
    `refresh_every` steps after.

    Args:
        connections: share of ones to hold, in (0, 1], or `None`.
        domain: `"01"`, or `"general"`: the kernel is b + r / 64 with a learnt whole number
            r in [-64, 64]; or `"signed"`: b times the sign of W; or `"signs"`: 1 where
            W >= 0, else -1 (see `sbnn_keras.core.domains`).
        pseudo_gradient: the gradient of b in W. `"ste"`: 1 where |W| <= clip_value;
            `"approx"`, `"swish"`: as `ApproxSign` and `SwishSign`; `"error_decay"`: that of
            IR-Net, sharpened by the callback `SharpnessSchedule`. All but the first are
            centred at the threshold.
        clip_value: see `pseudo_gradient`.
        refresh_every: training steps between two choices of connections. By default each
            step for convolutions, for dense kernels one step for each 16384 weights.

    Raises:
        ValueError: for a share outside (0, 1], an unknown domain or pseudo-gradient, or a
            `refresh_every` below 1.
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
        self.autocast = False
        self.connections = connections
        self._domain = get_domain(domain, Signs())
        if connections is not None and not self._domain.is_sparse:
            raise ValueError(
                f"Wrong `connections`: found {connections!r} in the domain {domain!r}, where "
                "every weight is a connection; wanted None, or another domain."
            )
        self.pseudo_gradient = pseudo_gradient
        self.clip_value = check_number(
            clip_value, "clip_value", "a number above 0", lambda number: number > 0
        )
        self.refresh_every = refresh_every
        self._owner = self.name
        self.held: HeldConnections | None = None
        self._ratio = None
        self._sharpness = None
        self._constrained_to: float | None = None
        self._first_share: float | None = None

    @property
    def domain(self) -> str:
        """Name of the domain."""
        return self._domain.name

    @property
    def is_sparse(self) -> bool:
        """Whether entries of the kernel can be at rest."""
        return self._domain.is_sparse

    @property
    def precision(self) -> int:
        """Bits of a weight without coding."""
        return self._domain.precision

    def bits(self, share: float) -> float:
        """Bits a weight at the entropy bound, with a share of connections."""
        return self._domain.bits(share)

    def score(self, latent):
        """What decides on connections, those of the largest score; of tensor or array."""
        return self._domain.score(latent)

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

    @property
    def held_share(self) -> float | None:
        """Share of connections held now, exactly; None if nothing holds it."""
        return None if self.held is None else self.held.share

    @property
    def share_to_begin_with(self) -> float | None:
        """Share to hold from the start, where a schedule may begin above `connections`."""
        return self._first_share or self.connections

    def belong_to(self, layer: str, kernel) -> None:
        """Adds the variables beside a kernel; called by its layer, once the kernel exists."""
        self._owner = layer
        self._latent = lambda: kernel  # as an attribute it would count as a weight of this
        if self._domain.is_sparse:
            self.held = HeldConnections(
                self._domain,
                self._add_state,
                kernel,
                self.refresh_every or steps_between_choices(kernel.shape),
                self.share_to_begin_with,
            )
        if self._domain.learns_values:
            # Weights of mean zero to begin with.
            share = self.share_to_begin_with or 0.5
            self._ratio = self.add_weight(
                name="ratio",
                shape=(),
                initializer=keras.initializers.Constant(-share),
                constraint=Between(-1.0, 1.0),
                autocast=False,
            )
        if self.pseudo_gradient == "error_decay":
            first = pseudo_gradients.sharpness_at(0.0)
            self._sharpness = self._add_state("sharpness", (), "float32", first)
        self.built = True

    def _add_state(self, name, shape, dtype, initial=0):
        return self.add_weight(
            name=name,
            shape=shape,
            dtype=dtype,
            initializer=lambda shape, dtype: ops.cast(ops.full(shape, initial), dtype),
            trainable=False,
            autocast=False,
        )

    @property
    def ratio_steps(self) -> int:
        """r of the general domain: kernel values are b + r / 64. 0 in other domains."""
        if self._ratio is None:
            return 0
        return round(float(ops.convert_to_numpy(self._ratio.value)) * RATIO_STEPS)

    @property
    def is_sharpened(self) -> bool:
        """True if `SharpnessSchedule` changes the pseudo-gradient."""
        return self._sharpness is not None

    def sharpen(self, progress: float) -> None:
        """Sets the sharpness of `"error_decay"` for a share of training in [0, 1]."""
        if self._sharpness is not None:
            self._sharpness.assign(pseudo_gradients.sharpness_at(progress))

    def current(self, latent):
        """The connections, bool in the shape of `latent`, and their threshold."""
        if self.held is None:
            return self._domain.free(latent), self._domain.free_threshold(latent.shape)
        return self.held.current(latent)

    def slope(self, latent, threshold):
        """The pseudo-gradient of the kernel in the latent weights."""
        if self.pseudo_gradient == "ste":
            return pseudo_gradients.clipped_ste(latent, self.clip_value)
        distance = self._domain.score(latent) - ops.cast(threshold, latent.dtype)
        if self.pseudo_gradient == "approx":
            return pseudo_gradients.approx_sign(distance)
        if self.pseudo_gradient == "swish":
            return pseudo_gradients.swish_sign(distance)
        return pseudo_gradients.error_decay(distance, self._sharpness.value)

    def binarize(self, latent):
        """The connections, 0 or 1, with the pseudo-gradient in the latent weights."""
        fixed = ops.stop_gradient(latent)
        ones, threshold = self.current(fixed)
        slope = self._domain.with_signs(self.slope(fixed, threshold), fixed, ops)
        return carry(ops.cast(ones, latent.dtype), latent, slope)

    def call(self, latent, scale=None, training=None):
        """The kernel as it goes into the sums.

        Args:
            latent: the latent weights.
            scale: the learnt factor of the layer's outputs, whose gradient is found here.
            training: whether this is a training step, which is then counted.
        """
        fixed = ops.stop_gradient(latent)
        if training and self.trainable and self.held is not None:
            ones, threshold = self.held.step(fixed, self.connections)
        else:
            ones, threshold = self.current(fixed)
        values = self._domain.with_signs(ops.cast(ones, latent.dtype), fixed, ops)
        kernel = carry(values, latent, self.slope(fixed, threshold))
        if self._ratio is not None:
            ratio = round_ratio(ops.convert_to_tensor(self._ratio.value), RATIO_STEPS)
            kernel = kernel + ops.cast(ratio, kernel.dtype)
        return kernel if scale is None else with_scale_gradient(kernel, scale)

    @property
    def latent(self):
        """The variable of the latent weights."""
        return self._latent()

    def current_steps(self) -> np.ndarray:
        """The kernel now, but for its ratio, as a float32 array.

        Its entries are 0 but for the connections, which have their signs.

        Raises:
            ValueError: a latent weight is NaN or infinite.
        """
        latent = ops.convert_to_tensor(self.latent.value)
        numbers = ops.convert_to_numpy(latent).astype(np.float32)
        check_finite(numbers, self._owner)
        ones = ops.convert_to_numpy(self.current(latent)[0]).astype(np.float32)
        return self._domain.with_signs(ones, numbers, np)

    def get_build_config(self):
        # The layer that owns the kernel builds its quantizer.
        return None

    def build_from_config(self, config):
        return

    def get_config(self):
        return {
            **super().get_config(),
            "connections": self.connections,
            "domain": self.domain,
            "pseudo_gradient": self.pseudo_gradient,
            "clip_value": self.clip_value,
            "refresh_every": self.refresh_every,
        }


@registered
class SparseBinaryGeneral(SparseBinary):
    """`SparseBinary` in the general domain, to be asked for by name."""

    def __init__(self, *args, domain: str = "general", **kwargs):
        super().__init__(*args, domain=domain, **kwargs)


@registered
class SparseBinarySigned(SparseBinary):
    """`SparseBinary` in the domain "signed", to be asked for by name."""

    def __init__(self, *args, domain: str = "signed", **kwargs):
        super().__init__(*args, domain=domain, **kwargs)


_BY_NAME = {
    "approx_sign": ApproxSign,
    "quant_hard_tanh": QuantHardTanh,
    "sparse_binary": SparseBinary,
    "sparse_binary_general": SparseBinaryGeneral,
    "sparse_binary_signed": SparseBinarySigned,
    "ste_heaviside": SteHeaviside,
    "ste_sign": SteSign,
    "swish_sign": SwishSign,
}


def get(given):
    """A quantizer from a name, a configuration, a class, a function or an object.

    Raises:
        ValueError: it is none of these.
    """
    if given is None or (callable(given) and not isinstance(given, type)):
        return given
    if isinstance(given, dict):
        return keras.saving.deserialize_keras_object(given)
    if isinstance(given, type):
        return given()
    if given in _BY_NAME:
        return _BY_NAME[given]()
    raise ValueError(f"Unknown quantizer: found {given!r}, wanted one of {list(_BY_NAME)}.")
