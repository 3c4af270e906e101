"""Takes binary layers apart: sign of the input, sums, and what follows them."""

from __future__ import annotations

import larq as lq
import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError
from sbnn_converter.importer.channel_functions import import_function
from sbnn_converter.importer.names import name_of
from sbnn_converter.importer.padding import same_padding
from sbnn_converter.importer.signs import is_sign


def import_binary(layer, x: g.Node, shape) -> g.Node:
    if layer.input_quantizer is not None:
        if not is_sign(layer.input_quantizer):
            raise ConversionError(
                f"layer '{layer.name}' quantizes its input with "
                f"{name_of(layer.input_quantizer)}: a sign such as 'ste_sign', or "
                "None, is wanted"
            )
        x = g.Sign(layer.name, [x], x.shape)
    kernel = _binary_kernel(layer)
    if isinstance(layer, lq.layers.QuantConv2D):
        geometry, kernel = _convolution(layer, x, kernel)
    elif len(x.shape) == 1:
        geometry = None
    else:
        raise ConversionError(
            f"layer '{layer.name}' reads a tensor of shape {x.shape}: a dense "
            "layer wants one axis beside the batch; put Flatten() in front"
        )
    sums = g.BinarySum(layer.name, [x], shape, kernel, geometry)
    return _finish(layer, sums, kernel.factor)


def _binary_kernel(layer) -> g.BinaryKernel:
    """The layer's kernel as b + r, output channel first."""
    if hasattr(layer, "binary_kernel"):
        values = np.asarray(layer.binary_kernel(), np.float64)
    else:
        with lq.context.quantized_scope(True):
            values = tf.convert_to_tensor(layer.kernel).numpy().astype(np.float64)
    levels = np.unique(values)
    if len(levels) == 1:
        # One level alone does not tell the domain: {0, 1} or {-1, +1}.
        levels = np.array([-1.0, 1.0] if abs(levels[0]) == 1 and not hasattr(
            layer, "binary_kernel") else sorted({0.0, 1.0} | {levels[0]}))
    if len(levels) != 2:
        raise ConversionError(
            f"layer '{layer.name}' has {len(levels)} different weights after "
            f"{name_of(layer.kernel_quantizer)}: a kernel of two values is wanted; "
            "use the quantizer 'sparse_binary' or 'ste_sign'"
        )
    factor = float(levels[1] - levels[0])
    for shift in range(9):
        steps = levels[0] / factor * 2**shift
        if steps == round(steps):
            ones = np.moveaxis(values == levels[1], -1, 0)
            return g.BinaryKernel(ones, int(steps), shift, factor)
    raise ConversionError(
        f"layer '{layer.name}' has the weights {levels[0]:g} and {levels[1]:g}: "
        "their ratio is not a multiple of 1/256, so sums would not be exact"
    )


def _convolution(layer, x: g.Node, kernel: g.BinaryKernel):
    if layer.data_format != "channels_last":
        raise ConversionError(
            f"layer '{layer.name}' has data_format='{layer.data_format}': "
            "'channels_last' is wanted"
        )
    if layer.padding not in ("same", "valid"):
        raise ConversionError(
            f"layer '{layer.name}' has padding='{layer.padding}': 'same' or "
            "'valid' is wanted"
        )
    pad_value = float(tf.keras.backend.get_value(layer.pad_values))
    if pad_value not in (-1.0, 0.0, 1.0):
        raise ConversionError(
            f"layer '{layer.name}' has pad_values={pad_value:g}: 0, 1 or -1 is wanted"
        )
    pad = [
        same_padding(size, *window) if layer.padding == "same" else 0
        for size, window in zip(
            x.shape[:2],
            zip(layer.kernel_size, layer.strides, layer.dilation_rate),
        )
    ]
    geometry = g.ConvGeometry(
        kernel=tuple(layer.kernel_size),
        stride=tuple(layer.strides),
        dilation=tuple(layer.dilation_rate),
        pad_before=tuple(pad),
        pad_value=int(pad_value),
        groups=layer.groups,
    )
    # [filters, height, width, channels] to [filters, channels, height, width].
    ones = np.moveaxis(kernel.ones, -1, 1)
    return geometry, g.BinaryKernel(
        ones, kernel.alpha_steps, kernel.domain_shift, kernel.factor
    )


def _finish(layer, sums: g.BinarySum, factor: float) -> g.Node:
    """The functions behind the sums: scale, bias and activation."""
    channels = sums.shape[-1]
    scale = np.full(channels, factor)
    bias = np.zeros(channels)
    if hasattr(layer, "output_scale"):
        scale = scale * np.asarray(layer.output_scale, np.float64)
    if layer.use_bias:
        bias = layer.bias.numpy().astype(np.float64)

    def apply(x: tf.Tensor) -> tf.Tensor:
        x = x * tf.constant(factor, x.dtype) if factor != 1.0 else x
        if hasattr(layer, "finish"):
            with lq.utils.patch_object(layer, "activation", tf.keras.activations.linear):
                return layer.finish(x)
        return tf.nn.bias_add(x, layer.bias) if layer.use_bias else x

    step = g.PointwiseStep(apply, (scale, bias))
    node = g.Pointwise(layer.name, [sums], sums.shape, [step])
    return import_function(layer.name, layer.activation, node)
