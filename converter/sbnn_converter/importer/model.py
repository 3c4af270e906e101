"""Reads a Keras model into the converter's graph.

Binary layers are taken apart into what they compute: the sign of their input,
the sums over their connections, and the functions of each channel behind them.
Layers that are not ours are carried along whole.
"""

from __future__ import annotations

import larq as lq
import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError
from sbnn_converter.importer.binary_layers import import_binary
from sbnn_converter.importer.channel_functions import (
    batch_norm_step,
    import_activation,
    is_last_axis,
)
from sbnn_converter.importer.pooling import import_max_pool

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
        return import_binary(layer, inputs[0], shape)
    if isinstance(layer, _IDENTITY):
        return inputs[0]
    if isinstance(layer, _keras.BatchNormalization) and is_last_axis(layer, shape):
        return g.Pointwise(layer.name, inputs, shape, [batch_norm_step(layer)])
    is_quantizer = getattr(layer, "precision", None) == 1
    if is_quantizer or isinstance(layer, (_keras.Activation, _keras.ReLU)):
        return import_activation(layer, inputs, shape)
    if isinstance(layer, _keras.MaxPooling2D) and layer.data_format == "channels_last":
        return import_max_pool(layer, inputs, shape)
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
