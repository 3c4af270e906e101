"""Takes binary layers apart: sign of the input, sums, and what follows them."""

from __future__ import annotations

import dataclasses

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError
from sbnn_converter.framework import face
from sbnn_converter.importer.channel_functions import import_function, import_monotone
from sbnn_converter.importer.convolutions import (
    check_layer,
    convolution,
    float_depthwise,
    float_pointwise,
)
from sbnn_converter.importer.kernels import import_kernel
from sbnn_converter.importer.layout import as_image, reshape
from sbnn_converter.importer.names import name_of

# Of an activation whose values are told apart (``docs/format.md``, "Bit planes").
_MOST_BITS = 4


def is_binary(layer) -> bool:
    """Whether ``layer`` has a quantized kernel and is of a kind known here."""
    return face.kind(layer) is not None and bool(face.kernel_quantizers(layer))


def kernel_quantizers(layer) -> list:
    """The quantizers of all kernels of a layer that are more than a mark."""
    return list(face.kernel_quantizers(layer).values())


def import_binary(layer, name: str, x: g.Node, shape) -> g.Node:
    """A layer with a binary kernel, or two.

    Raises:
      ConversionError: a quantizer, padding or data format is not supported.
    """
    if layer.input_quantizer is not None:
        x = _import_input_quantizer(layer, name, x)
    kind = face.kind(layer)
    if kind == "dense":
        sums = _dense(layer, name, x, shape)
    else:
        check_layer(layer, name)
        if kind == "separable":
            sums = _separable(layer, name, x, shape)
        elif kind == "depthwise":
            sums = _depthwise(layer, name, as_image(name, x), shape)
        else:
            kernel = _kernel(layer, name)
            sums = convolution(layer, name, as_image(name, x), kernel, shape)
    return _finish(layer, name, sums, shape)


def _import_input_quantizer(layer, name: str, x: g.Node) -> g.Node:
    """What a layer's argument ``input_quantizer`` makes of its input."""
    quantizer = layer.input_quantizer
    bits_of_it = face.bits_of(quantizer)
    too_fine = bits_of_it is not None and bits_of_it > _MOST_BITS
    found = None if too_fine else import_monotone(name, quantizer, x)
    if found is None:
        bits = f" of {bits_of_it} bits" if too_fine else ""
        raise ConversionError(
            f"layer '{name}' quantizes its input with {name_of(quantizer)}{bits}, which is not "
            "converted as input_quantizer: 'ste_sign', 'quant_hard_tanh', 'ste_heaviside', "
            f"'ste_tern', DoReFa of 1 to {_MOST_BITS} bits, another function of each number that "
            "never falls, or None is wanted; or put it in front as a layer of its own, with "
            "input_quantizer=None: this layer then adds up real numbers"
        )
    return found


def _kernel(layer, name: str) -> g.BinaryKernel:
    """The only kernel of a layer."""
    quantizer = face.kernel_quantizers(layer)["kernel"]
    return import_kernel(name, face.quantized(layer, "kernel"), quantizer)


def _dense(layer, name: str, x: g.Node, shape) -> g.Node:
    kernel = _kernel(layer, name)
    if len(x.shape) == 1:
        return g.BinarySum(name, [x], shape, kernel)
    # On more axes a dense layer is a convolution with a window of one position.
    image = as_image(name, x)
    kernel = dataclasses.replace(kernel, connections=kernel.connections[:, :, None, None])
    geometry = g.ConvGeometry((1, 1), (1, 1), (1, 1), (0, 0), 0, 1)
    return g.BinarySum(name, [image], (*image.shape[:2], shape[-1]), kernel, geometry)


def _depthwise(layer, name: str, image: g.Node, shape) -> g.BinarySum:
    """Sums of a depthwise convolution: as many groups as input channels."""
    quantizer = face.kernel_quantizers(layer)["depthwise_kernel"]
    values = face.quantized(layer, "depthwise_kernel")
    *window, channels, multiplier = values.shape
    values = values.reshape(*window, 1, channels * multiplier)
    kernel = import_kernel(name, values, quantizer)
    return convolution(layer, name, image, kernel, shape, groups=channels)


def _separable(layer, name: str, x: g.Node, shape) -> g.Node:
    """A depthwise convolution, and a window of one position over its sums, which
    are not binarized."""
    found = face.kernel_quantizers(layer)
    image = as_image(name, x)
    channels = x.shape[-1] * layer.depth_multiplier
    between = (*shape[:-1], channels)
    if "depthwise_kernel" in found:
        inner = _scaled(_depthwise(layer, name, image, between))
    else:
        inner = float_depthwise(layer, name, image, between)
    if "pointwise_kernel" not in found:
        return float_pointwise(layer, name, inner)
    values = face.quantized(layer, "pointwise_kernel")
    values = values.reshape(1, 1, *values.shape[-2:])
    kernel = import_kernel(name, values, found["pointwise_kernel"])
    kernel = dataclasses.replace(kernel, connections=np.moveaxis(kernel.connections, -1, 1))
    geometry = g.ConvGeometry((1, 1), (1, 1), (1, 1), (0, 0), 0, 1)
    return g.BinarySum(name, [inner], (*inner.shape[:2], shape[-1]), kernel, geometry)


def _scaled(sums: g.BinarySum) -> g.Node:
    factor = sums.kernel.factor
    if np.all(factor == 1):
        return sums
    step = g.affine_step(factor, np.zeros_like(factor))
    return g.Pointwise(sums.name, [sums], sums.shape, [step])


def _finish(layer, name: str, sums: g.Node, shape) -> g.Node:
    """The functions behind the sums: scale, bias and activation."""
    factor = sums.kernel.factor if isinstance(sums, g.BinarySum) else np.ones(1)
    scale = np.broadcast_to(factor, shape[-1:])
    bias = np.zeros(shape[-1])
    if hasattr(layer, "output_scale"):
        scale = scale * np.asarray(layer.output_scale, np.float64)
    if layer.use_bias:
        bias = face.bias(layer).astype(np.float64)

    def apply(x: tf.Tensor) -> tf.Tensor:
        if np.any(factor != 1):
            x = x * tf.constant(factor, x.dtype)
        return face.finish(layer, x)

    step = g.PointwiseStep(apply, (scale, bias), rank=len(shape) + 1)
    node = g.Pointwise(name, [sums], sums.shape, [step])
    return import_function(name, layer.activation, reshape(name, node, shape))
