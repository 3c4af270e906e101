"""Activations of one bit: ±1, and 0 or 1."""

import keras
from keras import ops

from sbnn_keras.keras3 import pseudo_gradients
from sbnn_keras.keras3.keras_2 import NotForKeras2
from sbnn_keras.keras3.registered import registered
from sbnn_keras.keras3.straight_through import step

__all__ = ["ApproxSign", "SteHeaviside", "SteSign", "SwishSign"]


def _sign(x):
    """1 where x >= 0, else -1; NaN where x is NaN, so that it cannot pass unseen."""
    # 0.1 as in Larq's: two signs and a sum are fewer passes than choices between tensors.
    return _nan_kept(x, ops.sign(ops.sign(x) + 0.1))


def _heaviside(x):
    """1 where x > 0, else 0; NaN where x is NaN."""
    return _nan_kept(x, ops.maximum(ops.sign(x), 0.0))


def _nan_kept(x, value):
    # PyTorch's sign of NaN is 0.
    return ops.where(ops.isnan(x), x, value) if keras.backend.backend() == "torch" else value


class _OneBit(NotForKeras2, keras.layers.Layer):
    _value = staticmethod(_sign)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        # Computes in the type it is given: the policy is the layer's own matter.
        self.autocast = False
        self.supports_masking = True

    def call(self, inputs):
        return step(inputs, self._value, self._slope)

    def compute_output_shape(self, input_shape):
        return input_shape

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs.shape, inputs.dtype)


class _Clipped(_OneBit):
    def __init__(self, clip_value: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.clip_value = clip_value

    def _slope(self, x):
        return pseudo_gradients.clipped_ste(x, self.clip_value)

    def get_config(self):
        return {**super().get_config(), "clip_value": self.clip_value}


@registered
class SteSign(_Clipped):
    """1 where x >= 0, else -1; the gradient is 1 where |x| <= clip_value, else 0."""


@registered
class SteHeaviside(_Clipped):
    """1 where x > 0, else 0; the gradient is 1 where |x| <= clip_value, else 0."""

    _value = staticmethod(_heaviside)


@registered
class ApproxSign(_OneBit):
    """`SteSign` with the gradient 2 - 2|x| where |x| <= 1, else 0."""

    def _slope(self, x):
        return pseudo_gradients.approx_sign(x)


@registered
class SwishSign(_OneBit):
    """`SteSign` with the gradient of BNN+ (arXiv 1812.11800)."""

    def __init__(self, beta: float = 5.0, **kwargs):
        super().__init__(**kwargs)
        self.beta = beta

    def _slope(self, x):
        return pseudo_gradients.swish_sign(x, self.beta)

    def get_config(self):
        return {**super().get_config(), "beta": self.beta}
