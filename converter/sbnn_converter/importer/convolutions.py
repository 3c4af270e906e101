"""Where the windows of convolution layers lie, in one or two dimensions.

A 1-D convolution is one over an image of a single row.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError
from sbnn_converter.framework import face
from sbnn_converter.importer.padding import padding_before


def check_layer(layer, name: str) -> None:
    """Refuses paddings that the format does not have.

    Raises:
      ConversionError: in that case.
    """
    pad_value = face.pad_value(layer)
    if layer.padding == "same" and pad_value not in (-1.0, 0.0, 1.0):
        raise ConversionError(f"layer '{name}' has pad_values={pad_value:g}: 0, 1 or -1 is wanted")


def convolution(
    layer, name: str, image: g.Node, kernel: g.BinaryKernel, shape, groups=None
) -> g.BinarySum:
    """The sums of a convolution layer.

    Args:
      layer: a Larq layer, 1-D or 2-D.
      image: its input with two axes in front of the channels.
      kernel: as ``import_kernel`` gives it, channels of the input last.
      shape: the layer's output.
      groups: by default those of the layer.
    """
    connections = np.moveaxis(kernel.connections, -1, 1)
    if connections.ndim == 3:
        connections = connections[:, :, None, :]
    kernel = dataclasses.replace(kernel, connections=connections)
    window, stride, dilation = _in_2d(layer)
    top, left = (
        padding_before(layer.padding, size, *axis)
        for size, axis in zip(image.shape[:2], zip(window, stride, dilation))
    )
    if len(layer.kernel_size) == 1:
        top = 0
    geometry = g.ConvGeometry(
        kernel=window,
        stride=stride,
        dilation=dilation,
        pad_before=(top, left),
        pad_value=int(face.pad_value(layer)) if layer.padding == "same" else 0,
        groups=layer.groups if groups is None else groups,
    )
    sums = (*((1,) * (3 - len(shape))), *shape)
    return g.BinarySum(name, [image], sums, kernel, geometry)


def float_depthwise(layer, name: str, image: g.Node, shape) -> g.Node:
    """The first half of a separable layer whose depthwise kernel is not binary."""
    window, stride, dilation = _in_2d(layer)
    before = [
        padding_before(layer.padding, size, *axis)
        for size, axis in zip(image.shape[:2], zip(window, stride, dilation))
    ]
    out = (*((1,) * (3 - len(shape))), *shape)
    ends = [
        max((outputs - 1) * s + (k - 1) * d + 1 - size - b, 0)
        for outputs, size, k, s, d, b in zip(out, image.shape, window, stride, dilation, before)
    ]
    sides = [(0, 0), *zip(before, ends), (0, 0)]

    def call(read):
        kernel = layer.depthwise_kernel
        kernel = kernel if kernel.shape.rank == 4 else kernel[None]
        x = tf.pad(read[0], sides, constant_values=face.pad_value(layer))
        strides = (1, *(max(stride),) * 2, 1)
        return tf.nn.depthwise_conv2d(x, kernel, strides, "VALID", dilations=dilation)

    return g.KerasLayer(name, [image], out, layer, call)


def float_pointwise(layer, name: str, inner: g.Node) -> g.Node:
    """The second half of a separable layer whose pointwise kernel is not binary."""
    channels = layer.pointwise_kernel.shape[-1]

    def call(read):
        kernel = tf.reshape(layer.pointwise_kernel, (1, 1, -1, channels))
        return tf.nn.conv2d(read[0], kernel, 1, "VALID")

    return g.KerasLayer(name, [inner], (*inner.shape[:2], channels), layer, call)


def _in_2d(layer):
    """Window, stride and dilation, each (rows, columns)."""
    axes = (layer.kernel_size, layer.strides, layer.dilation_rate)
    return tuple((1,) * (2 - len(axis)) + tuple(axis) for axis in axes)
