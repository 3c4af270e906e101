"""Reads a Keras model into the converter's graph.

Binary layers are taken apart into what they compute: the sign of their input,
the sums over their connections, and the functions of each channel behind them.
Layers that are not ours are carried along whole.
"""

from __future__ import annotations

from collections.abc import Callable

import larq as lq
import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError

_keras = tf.keras.layers

# Layers that do nothing at inference.
_IDENTITY = (
    _keras.Dropout,
    _keras.SpatialDropout1D,
    _keras.SpatialDropout2D,
    _keras.GaussianDropout,
    _keras.GaussianNoise,
    _keras.AlphaDropout,
    _keras.ActivityRegularization,
)
# Activations that never fall, so that thresholds can absorb them.
_MONOTONE = ("linear", "relu", "relu6", "hard_tanh", "leaky_tanh")
_BINARY = (lq.layers.QuantDense, lq.layers.QuantConv2D)


def import_model(model: tf.keras.Model) -> g.Graph:
    """Builds the graph of a Sequential or Functional Keras model.

    Args:
      model: a model with defined shapes, built by Keras 2.

    Raises:
      ConversionError: for a model or layer that cannot be converted.
    """
    if not isinstance(model, tf.keras.Model):
        raise ConversionError(
            f"cannot convert an object of type {type(model).__name__}: "
            "a tf.keras.Model is wanted (Keras 2, as sbnn_keras sets it up)"
        )
    if not getattr(model, "_is_graph_network", False):
        raise ConversionError(
            f"model '{model.name}' has no static graph: found a subclassed or "
            "unbuilt model, wanted a Sequential or Functional one; build it with "
            "an input shape"
        )
    values: dict[int, g.Node] = {}
    inputs = []
    for tensor in model.inputs:
        name = tensor.node.layer.name
        inputs.append(g.Input(name, [], _static_shape(tensor, name)))
        values[id(tensor)] = inputs[-1]

    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            if node.is_input:
                continue
            outputs = tf.nest.flatten(node.outputs)
            if len(outputs) != 1:
                raise ConversionError(
                    f"layer '{node.layer.name}' has {len(outputs)} outputs: "
                    "layers with one output are supported"
                )
            read = [values[id(t)] for t in node.keras_inputs]
            shape = _static_shape(outputs[0], node.layer.name)
            values[id(outputs[0])] = _import_layer(node.layer, read, shape)
    return g.Graph(inputs, [values[id(t)] for t in model.outputs])


def _static_shape(tensor, layer_name: str) -> tuple[int, ...]:
    shape = tuple(tensor.shape[1:])
    if None in shape:
        raise ConversionError(
            f"layer '{layer_name}' has the undefined shape {tuple(tensor.shape)}: "
            "every dimension but the batch must be fixed; give the model an "
            "input shape such as (28, 28, 1)"
        )
    return shape


def _import_layer(layer, inputs: list[g.Node], shape) -> g.Node:
    _check_finite(layer)
    if isinstance(layer, _BINARY) and layer.kernel_quantizer is not None:
        return _import_binary(layer, inputs[0], shape)
    if isinstance(layer, _IDENTITY):
        return inputs[0]
    if isinstance(layer, _keras.BatchNormalization) and _is_last_axis(layer, shape):
        return g.Pointwise(layer.name, inputs, shape, [_batch_norm_step(layer)])
    is_quantizer = getattr(layer, "precision", None) == 1
    if is_quantizer or isinstance(layer, (_keras.Activation, _keras.ReLU)):
        return _import_activation(layer, inputs, shape)
    if isinstance(layer, _keras.MaxPooling2D) and layer.data_format == "channels_last":
        return _import_max_pool(layer, inputs, shape)
    if isinstance(layer, _keras.Flatten) and layer.data_format == "channels_last":
        if inputs[0].shape == shape:
            return inputs[0]
        return g.Flatten(layer.name, inputs, shape)
    _refuse_hidden_binary_layers(layer)
    return g.KerasLayer(layer.name, inputs, shape, layer)


def _check_finite(layer) -> None:
    if isinstance(layer, tf.keras.Model):
        return
    for variable in layer.weights:
        values = variable.numpy()
        if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
            bad = int(np.size(values) - np.isfinite(values).sum())
            raise ConversionError(
                f"layer '{layer.name}': {bad} of {values.size} values of "
                f"'{variable.name}' are NaN or infinite; finite weights are wanted: "
                "train with a lower learning rate or load an earlier checkpoint"
            )


def _refuse_hidden_binary_layers(layer) -> None:
    hidden = [m for m in layer.submodules if isinstance(m, lq.layers_base.BaseLayer)]
    if isinstance(layer, lq.layers_base.BaseLayer) or hidden:
        raise ConversionError(
            f"layer '{layer.name}' ({type(layer).__name__}) is not supported: "
            "SparseBinaryDense, SparseBinaryConv2D, QuantDense and QuantConv2D at "
            "the top level of the model are"
        )


# --- Binary layers ----------------------------------------------------------


def _import_binary(layer, x: g.Node, shape) -> g.Node:
    if layer.input_quantizer is not None:
        if not is_sign(layer.input_quantizer):
            raise ConversionError(
                f"layer '{layer.name}' quantizes its input with "
                f"{_name(layer.input_quantizer)}: a sign such as 'ste_sign', or "
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
            f"{_name(layer.kernel_quantizer)}: a kernel of two values is wanted; "
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


def same_padding(size: int, window: int, stride: int, dilation: int = 1) -> int:
    """Padding in front of an axis under TensorFlow's padding='same'."""
    reach = (window - 1) * dilation + 1
    outputs = -(-size // stride)
    return max((outputs - 1) * stride + reach - size, 0) // 2


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
    return _activate(layer.name, layer.activation, node)


# --- Layers beside them -----------------------------------------------------


def _batch_norm_step(layer) -> g.PointwiseStep:
    mean = layer.moving_mean.numpy().astype(np.float64)
    variance = layer.moving_variance.numpy().astype(np.float64)
    scale = 1.0 / np.sqrt(variance + layer.epsilon)
    if layer.scale:
        scale = scale * layer.gamma.numpy()
    bias = -mean * scale
    if layer.center:
        bias = bias + layer.beta.numpy()
    return g.PointwiseStep(lambda x: layer(x, training=False), (scale, bias))


def _is_last_axis(layer, shape) -> bool:
    return list(layer.axis) == [len(shape)]


def _import_activation(layer, inputs: list[g.Node], shape) -> g.Node:
    if isinstance(layer, _keras.Activation):
        return _activate(layer.name, layer.activation, inputs[0])
    if isinstance(layer, _keras.ReLU) and not layer.negative_slope:
        return g.Pointwise(layer.name, inputs, shape, [g.PointwiseStep(layer)])
    if not isinstance(layer, _keras.ReLU) and is_sign(layer):
        return g.Sign(layer.name, inputs, shape)
    return g.KerasLayer(layer.name, inputs, shape, layer)


def _activate(name: str, activation: Callable | None, x: g.Node) -> g.Node:
    if activation is None or activation is tf.keras.activations.linear:
        return x
    if is_sign(activation):
        return g.Sign(name, [x], x.shape)
    if _name(activation) in _MONOTONE:
        return g.Pointwise(name, [x], x.shape, [g.PointwiseStep(activation)])
    layer = _keras.Activation(activation, name=name)
    return g.KerasLayer(name, [x], x.shape, layer)


def is_sign(function: Callable) -> bool:
    """Whether ``function`` is the sign with sign(0) = +1, whatever its name.

    Recognised by what it answers to values on both sides of 0, close and far.
    """
    magnitudes = np.array([1e-30, 1e-6, 0.04, 0.1, 0.5, 0.9, 1, 1.1, 7, 1e4], np.float32)
    probe = np.concatenate([-magnitudes, [-0.0, 0.0], magnitudes]).astype(np.float32)
    try:
        answer = np.asarray(function(tf.constant(probe)))
    except Exception:  # a function of something else entirely
        return False
    return answer.shape == probe.shape and np.array_equal(
        answer, np.where(probe >= 0, 1.0, -1.0)
    )


def _import_max_pool(layer, inputs: list[g.Node], shape) -> g.Node:
    pad = (0, 0)
    if layer.padding == "same":
        pad = tuple(
            same_padding(size, window, stride)
            for size, window, stride in zip(
                inputs[0].shape[:2], layer.pool_size, layer.strides
            )
        )
    geometry = g.PoolGeometry(tuple(layer.pool_size), tuple(layer.strides), pad)
    return g.MaxPool(layer.name, inputs, shape, geometry, layer)


def _name(thing) -> str:
    return getattr(thing, "name", None) or getattr(
        thing, "__name__", type(thing).__name__
    )
