"""Sparse binary layers: Larq's layers with weights 0 and 1.

Each takes the arguments of its Larq (and so Keras) counterpart, with its defaults
but for `input_quantizer` and `bias_initializer`, and `connections`, `domain`,
`polarity` and `exponent`. `layer_arguments` describes them all, and puts the
descriptions into the docstrings.
"""

import larq as lq
import tensorflow as tf

from sbnn_keras.core.layer_arguments import describe_arguments, given
from sbnn_keras.keras2.layers_base import SparseBinaryLayer

__all__ = [
    "SparseBinaryConv1D",
    "SparseBinaryConv2D",
    "SparseBinaryDense",
    "SparseBinaryDepthwiseConv2D",
    "SparseBinarySeparableConv1D",
    "SparseBinarySeparableConv2D",
]


def _register(cls):
    """Describes a layer, and registers it under its bare (.h5) and full name (.keras)."""
    cls = tf.keras.utils.register_keras_serializable("sbnn_keras")(describe_arguments(cls))
    return lq.utils.register_keras_custom_object(cls)


@_register
class SparseBinaryDense(SparseBinaryLayer, lq.layers.QuantDense):
    """Dense layer with connections 0 or 1.

    ```python
    sbnn_keras.SparseBinaryDense(128, connections=0.05, activation="relu")
    ```

    Args:
        {arguments}

    Input shape:
        [batch, ..., features].

    Output shape:
        [batch, ..., units].

    Raises:
        ValueError: for a share outside (0, 1], an unknown domain, a foreign kernel
            quantizer, or inputs that are not of a float type.
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        input_quantizer="auto",
        kernel_quantizer=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="auto",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        connections=None,
        domain="01",
        polarity=None,
        exponent=None,
        **kwargs,
    ):
        super().__init__(**given(locals()))


@_register
class SparseBinaryConv1D(SparseBinaryLayer, lq.layers.QuantConv1D):
    """1D convolution with connections 0 or 1.

    ```python
    sbnn_keras.SparseBinaryConv1D(32, 5, connections=0.1, padding="causal")
    ```

    Args:
        {arguments}

    Input shape:
        [batch, steps, channels].

    Output shape:
        [batch, new steps, filters].

    Raises:
        ValueError: for a share outside (0, 1], an unknown domain, a foreign kernel
            quantizer, or inputs that are not of a float type.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        pad_values=0.0,
        data_format="channels_last",
        dilation_rate=1,
        groups=1,
        activation=None,
        use_bias=True,
        input_quantizer="auto",
        kernel_quantizer=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="auto",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        connections=None,
        domain="01",
        polarity=None,
        exponent=None,
        **kwargs,
    ):
        super().__init__(**given(locals()))


@_register
class SparseBinaryConv2D(SparseBinaryLayer, lq.layers.QuantConv2D):
    """2D convolution with connections 0 or 1.

    ```python
    sbnn_keras.SparseBinaryConv2D(32, 3, connections=0.1, padding="same", pad_values=1.0)
    ```

    Args:
        {arguments}

    Input shape:
        [batch, rows, columns, channels]; channels second if `data_format` says so.

    Output shape:
        [batch, new rows, new columns, filters], alike.

    Raises:
        ValueError: for a share outside (0, 1], an unknown domain, a foreign kernel
            quantizer, or inputs that are not of a float type.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        pad_values=0.0,
        data_format=None,
        dilation_rate=(1, 1),
        groups=1,
        activation=None,
        use_bias=True,
        input_quantizer="auto",
        kernel_quantizer=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="auto",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        connections=None,
        domain="01",
        polarity=None,
        exponent=None,
        **kwargs,
    ):
        super().__init__(**given(locals()))


@_register
class SparseBinaryDepthwiseConv2D(SparseBinaryLayer, lq.layers.QuantDepthwiseConv2D):
    """Depthwise 2D convolution with connections 0 or 1.

    ```python
    sbnn_keras.SparseBinaryDepthwiseConv2D(3, connections=0.2, padding="same")
    ```

    Args:
        {arguments}

    Input shape:
        [batch, rows, columns, channels]; channels second if `data_format` says so.

    Output shape:
        [batch, new rows, new columns, channels * depth_multiplier], alike.

    Raises:
        ValueError: for a share outside (0, 1], an unknown domain, a foreign kernel
            quantizer, or inputs that are not of a float type.
    """

    _kernel_names = ("depthwise_kernel",)

    def __init__(
        self,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        pad_values=0.0,
        depth_multiplier=1,
        data_format=None,
        dilation_rate=(1, 1),
        activation=None,
        use_bias=True,
        input_quantizer="auto",
        depthwise_quantizer=None,
        depthwise_initializer="glorot_uniform",
        bias_initializer="auto",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        connections=None,
        domain="01",
        polarity=None,
        exponent=None,
        **kwargs,
    ):
        super().__init__(**given(locals()))

    def _channels(self) -> int:
        return self.depthwise_kernel.shape[-1] * self.depthwise_kernel.shape[-2]


class _Separable(SparseBinaryLayer):
    """Two kernels, one after the other, without a quantizer between them."""

    _kernel_names = ("depthwise_kernel", "pointwise_kernel")

    def _channels(self) -> int:
        return self.pointwise_kernel.shape[-1]


@_register
class SparseBinarySeparableConv1D(_Separable, lq.layers.QuantSeparableConv1D):
    """Depthwise separable 1D convolution, both kernels with connections 0 or 1.

    ```python
    sbnn_keras.SparseBinarySeparableConv1D(32, 5, connections=0.2)
    ```

    Args:
        {arguments}

    Input shape:
        [batch, steps, channels].

    Output shape:
        [batch, new steps, filters].

    Raises:
        ValueError: for a share outside (0, 1], an unknown domain, a foreign kernel
            quantizer, or inputs that are not of a float type.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        pad_values=0.0,
        data_format=None,
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        input_quantizer="auto",
        depthwise_quantizer=None,
        pointwise_quantizer=None,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="auto",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        connections=None,
        domain="01",
        polarity=None,
        exponent=None,
        **kwargs,
    ):
        super().__init__(**given(locals()))


@_register
class SparseBinarySeparableConv2D(_Separable, lq.layers.QuantSeparableConv2D):
    """Depthwise separable 2D convolution, both kernels with connections 0 or 1.

    ```python
    sbnn_keras.SparseBinarySeparableConv2D(32, 3, connections=0.2)
    ```

    Args:
        {arguments}

    Input shape:
        [batch, rows, columns, channels]; channels second if `data_format` says so.

    Output shape:
        [batch, new rows, new columns, filters], alike.

    Raises:
        ValueError: for a share outside (0, 1], an unknown domain, a foreign kernel
            quantizer, or inputs that are not of a float type.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        pad_values=0.0,
        data_format=None,
        dilation_rate=(1, 1),
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        input_quantizer="auto",
        depthwise_quantizer=None,
        pointwise_quantizer=None,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="auto",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        connections=None,
        domain="01",
        polarity=None,
        exponent=None,
        **kwargs,
    ):
        super().__init__(**given(locals()))
