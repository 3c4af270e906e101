"""Float weights as two int8 weights each, where 256 steps turn too many signs.

The second one is what the first leaves, ``FINE`` times; it meets a ``FINE``th of the
value, which the op that makes INT16 of int8 writes beside it (``int16_copy.py``). So one
kernel sums both, and needs no memory but for its input.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.quantization.int16_copy import FINE

_INT8_MAX = 127


def takes_fine_weights(node: g.KerasLayer) -> bool:
    """Whether a layer sums over all channels of its input."""
    layer = node.layer
    return type(layer) is tf.keras.layers.Dense or (
        type(layer) is tf.keras.layers.Conv2D and layer.groups == 1
    )


def use_fine_weights(node: g.KerasLayer) -> None:
    """Makes a layer that reads each value and its fraction, side by side."""
    layer = node.layer
    kernel = tf.constant(_split(layer.kernel.numpy()))
    bias = None if layer.bias is None else tf.constant(layer.bias.numpy())

    def call(read: list[tf.Tensor]) -> tf.Tensor:
        if isinstance(layer, tf.keras.layers.Dense):
            sums = tf.matmul(read[0], kernel)
        else:
            sums = tf.nn.conv2d(read[0], kernel, layer.strides, layer.padding.upper())
        return layer.activation(sums if bias is None else tf.nn.bias_add(sums, bias))

    node.call = call


def _split(kernel: np.ndarray) -> np.ndarray:
    """A kernel ``[..., inputs, outputs]`` as one of twice the inputs."""
    axes = tuple(range(kernel.ndim - 1))
    step = np.abs(kernel.astype(np.float64)).max(axes) / _INT8_MAX
    step[step == 0] = 1.0
    whole = np.round(kernel / step) * step
    pairs = np.stack((whole, (kernel - whole) * FINE), axis=-2)
    return pairs.reshape(*kernel.shape[:-2], -1, kernel.shape[-1]).astype(np.float32)
