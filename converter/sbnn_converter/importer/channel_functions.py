"""Batch normalization and activations: functions of each channel by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.importer.names import name_of
from sbnn_converter.importer.signs import is_sign

_keras = tf.keras.layers

# Activations that never fall, so that thresholds can absorb them.
_MONOTONE = ("linear", "relu", "relu6", "hard_tanh", "leaky_tanh")


def batch_norm_step(layer) -> g.PointwiseStep:
    mean = layer.moving_mean.numpy().astype(np.float64)
    variance = layer.moving_variance.numpy().astype(np.float64)
    scale = 1.0 / np.sqrt(variance + layer.epsilon)
    if layer.scale:
        scale = scale * layer.gamma.numpy()
    bias = -mean * scale
    if layer.center:
        bias = bias + layer.beta.numpy()
    return g.PointwiseStep(lambda x: layer(x, training=False), (scale, bias))


def is_last_axis(layer, shape) -> bool:
    return list(layer.axis) == [len(shape)]


def import_activation(layer, inputs: list[g.Node], shape) -> g.Node:
    if isinstance(layer, _keras.Activation):
        return import_function(layer.name, layer.activation, inputs[0])
    if isinstance(layer, _keras.ReLU) and not layer.negative_slope:
        return g.Pointwise(layer.name, inputs, shape, [g.PointwiseStep(layer)])
    if not isinstance(layer, _keras.ReLU) and is_sign(layer):
        return g.Sign(layer.name, inputs, shape)
    return g.KerasLayer(layer.name, inputs, shape, layer)


def import_function(name: str, activation: Callable | None, x: g.Node) -> g.Node:
    if activation is None or activation is tf.keras.activations.linear:
        return x
    if is_sign(activation):
        return g.Sign(name, [x], x.shape)
    if name_of(activation) in _MONOTONE:
        return g.Pointwise(name, [x], x.shape, [g.PointwiseStep(activation)])
    layer = _keras.Activation(activation, name=name)
    return g.KerasLayer(name, [x], x.shape, layer)
