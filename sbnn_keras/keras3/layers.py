"""Sparse binary layers over the layers of Keras 3, with weights 0 and 1.

Each takes the arguments of its counterpart of Keras 2, with its defaults: those of
Keras but for `input_quantizer` and `bias_initializer`, and `connections`, `domain`,
`polarity` and `exponent`. `layer_arguments` describes them all, and puts the
descriptions into the docstrings.
"""

import keras
from keras import ops

from sbnn_keras.core.layer_arguments import describe_arguments, given
from sbnn_keras.keras3.layers_base import SparseBinaryLayer
from sbnn_keras.keras3.padded import padded
from sbnn_keras.keras3.registered import registered

__all__ = [
    "SparseBinaryConv1D",
    "SparseBinaryConv2D",
    "SparseBinaryDense",
    "SparseBinaryDepthwiseConv2D",
    "SparseBinarySeparableConv1D",
    "SparseBinarySeparableConv2D",
]


def _register(cls):
    return registered(describe_arguments(cls))


@_register
class SparseBinaryDense(SparseBinaryLayer, keras.layers.Dense):
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

    def _sums(self, inputs, kernel):
        return ops.matmul(inputs, kernel)


class _Convolution(SparseBinaryLayer):
    """What convolutions pad with, and what they compute."""

    def __init__(self, *args, pad_values=0.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.pad_values = float(pad_values)
        if self.padding == "causal" and self.pad_values:
            raise ValueError("Causal padding with `pad_values != 0` is not supported.")

    def _sums(self, inputs, kernel):
        return ops.conv(*self._padded(inputs), **self._geometry(kernel=kernel))

    def _padded(self, inputs):
        """The inputs of a convolution that may be left to pad by itself, in a tuple."""
        if self.padding == "causal" or (self.padding == "same" and self.pad_values):
            return (padded(inputs, self, self.pad_values),)
        return (inputs,)

    def _geometry(self, **kernel):
        strides, dilation = self.strides, self.dilation_rate
        is_padded = self.padding == "causal" or (self.padding == "same" and self.pad_values)
        return {
            **kernel,
            "strides": strides if isinstance(strides, int) else tuple(strides),
            "padding": "valid" if is_padded else self.padding,
            "data_format": self.data_format,
            "dilation_rate": dilation if isinstance(dilation, int) else tuple(dilation),
        }

    def get_config(self):
        return {**super().get_config(), "pad_values": self.pad_values}


@_register
class SparseBinaryConv1D(_Convolution, keras.layers.Conv1D):
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
class SparseBinaryConv2D(_Convolution, keras.layers.Conv2D):
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
class SparseBinaryDepthwiseConv2D(_Convolution, keras.layers.DepthwiseConv2D):
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

    @property
    def depthwise_kernel(self):
        """The latent weights, by their name of Keras 2."""
        return self.kernel

    def _channels(self) -> int:
        return self.depthwise_kernel.shape[-1] * self.depthwise_kernel.shape[-2]

    def _sums(self, inputs, depthwise_kernel):
        geometry = self._geometry(kernel=depthwise_kernel)
        return ops.depthwise_conv(*self._padded(inputs), **geometry)


class _Separable(_Convolution):
    """Two kernels, one after the other, without a quantizer between them."""

    _kernel_names = ("depthwise_kernel", "pointwise_kernel")

    def _sums(self, inputs, depthwise_kernel, pointwise_kernel):
        geometry = self._geometry(kernel=depthwise_kernel)
        between = ops.depthwise_conv(*self._padded(inputs), **geometry)
        return ops.conv(between, pointwise_kernel, data_format=self.data_format)


@_register
class SparseBinarySeparableConv1D(_Separable, keras.layers.SeparableConv1D):
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
class SparseBinarySeparableConv2D(_Separable, keras.layers.SeparableConv2D):
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
