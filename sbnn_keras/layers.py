"""Sparse binary layers: Larq's layers with weights 0 and 1.

Each takes the arguments of its Larq (and so Keras) counterpart, and

    connections: share of ones in each kernel, held exactly at any time; `None`
        leaves it to training (about half ones), to a `ConnectionsSchedule` or to
        `ExpectedConnections`.
    domain: `"01"` or `"general"`, see `sbnn_keras.domain`.
    polarity: negate the sums of every second output channel, as 0/1 weights can
        only excite. On by default in the domain `"01"`.
    input_quantizer: `"auto"` is `"ste_sign"`, but `None` for the network's raw
        input. Resolved when the layer is first called, and saved resolved.
    bias_initializer: `"auto"` is zeros; a layer whose inputs are not signs then
        centres its sums on the first training batch.
    exponent: the sums are scaled by 2**exponent; by default the power of two
        nearest to 1 / sqrt(fan-in * connections).

Shapes of inputs and outputs are those of the Keras layers. A share outside
(0, 1], an unknown domain or a foreign kernel quantizer raises a ValueError.
"""

import larq as lq
import tensorflow as tf

from sbnn_keras.layers_base import SparseBinaryLayer

__all__ = [
    "SparseBinaryConv1D",
    "SparseBinaryConv2D",
    "SparseBinaryDense",
    "SparseBinaryDepthwiseConv2D",
    "SparseBinarySeparableConv1D",
    "SparseBinarySeparableConv2D",
]


def _register(cls):
    """Registers a layer under its bare name (.h5) and its package name (.keras)."""
    cls = tf.keras.utils.register_keras_serializable("sbnn_keras")(cls)
    return lq.utils.register_keras_custom_object(cls)


@_register
class SparseBinaryDense(SparseBinaryLayer, lq.layers.QuantDense):
    """Dense layer with connections 0 or 1."""


@_register
class SparseBinaryConv1D(SparseBinaryLayer, lq.layers.QuantConv1D):
    """1D convolution with connections 0 or 1."""


@_register
class SparseBinaryConv2D(SparseBinaryLayer, lq.layers.QuantConv2D):
    """2D convolution with connections 0 or 1."""


@_register
class SparseBinaryDepthwiseConv2D(SparseBinaryLayer, lq.layers.QuantDepthwiseConv2D):
    """Depthwise 2D convolution with connections 0 or 1."""

    _kernel_names = ("depthwise_kernel",)

    def _channels(self) -> int:
        return self.depthwise_kernel.shape[-1] * self.depthwise_kernel.shape[-2]


class _Separable(SparseBinaryLayer):
    """Two kernels, one after the other, without a quantizer between them."""

    _kernel_names = ("depthwise_kernel", "pointwise_kernel")

    def _channels(self) -> int:
        return self.pointwise_kernel.shape[-1]


@_register
class SparseBinarySeparableConv1D(_Separable, lq.layers.QuantSeparableConv1D):
    """Depthwise separable 1D convolution, both kernels with connections 0 or 1."""


@_register
class SparseBinarySeparableConv2D(_Separable, lq.layers.QuantSeparableConv2D):
    """Depthwise separable 2D convolution, both kernels with connections 0 or 1."""
