"""Batch normalization and activations: functions of each channel by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError
from sbnn_converter.importer.names import name_of
from sbnn_converter.importer.steps_at_zero import import_step, step_at_zero
from sbnn_converter.importer.traced_functions import import_traced

_keras = tf.keras.layers

# Activations that never fall, so that thresholds can absorb them.
_MONOTONE = ("linear", "relu", "relu6", "hard_tanh", "leaky_tanh")


def import_batch_norm(layer, name: str, x: g.Node, shape) -> g.Node:
    """A batch normalization over the last axis."""
    mean = layer.moving_mean.numpy().astype(np.float64)
    variance = layer.moving_variance.numpy().astype(np.float64)
    if np.any(variance + layer.epsilon <= 0):
        raise ConversionError(
            f"layer '{name}' has a moving variance of {variance.min():g}: a variance "
            "of 0 or more is wanted; load an earlier checkpoint"
        )
    scale = 1.0 / np.sqrt(variance + layer.epsilon)
    if layer.scale:
        scale = scale * layer.gamma.numpy()
    bias = -mean * scale
    if layer.center:
        bias = bias + layer.beta.numpy()
    step = g.PointwiseStep(
        lambda t: layer(t, training=False), (scale, bias), rank=len(shape) + 1
    )
    return g.Pointwise(name, [x], shape, [step])


def is_last_axis(layer, shape) -> bool:
    """Whether a batch normalization normalizes the channels."""
    return list(layer.axis) == [len(shape)]


def is_rising(layer, shape) -> bool:
    """Whether an activation layer never falls, in each channel by itself."""
    if isinstance(layer, _keras.ReLU):
        # A threshold below 0 would let the function fall from 0 to it.
        return (layer.negative_slope or 0) >= 0 and (layer.threshold or 0) >= 0
    if isinstance(layer, _keras.LeakyReLU):
        return layer.alpha >= 0
    if isinstance(layer, _keras.PReLU):
        slopes = layer.alpha.numpy()
        return slopes.size == shape[-1] and slopes.min() >= 0
    return False


def import_rising(layer, name: str, x: g.Node, shape) -> g.Node:
    """An activation layer that ``is_rising``."""
    step = g.PointwiseStep(layer, rank=len(shape) + 1)
    return g.Pointwise(name, [x], shape, [step])


def import_function(name: str, activation: Callable | None, x: g.Node) -> g.Node:
    """The function that a layer's argument ``activation`` names."""
    if activation is None or activation is tf.keras.activations.linear:
        return x
    step = step_at_zero(activation)
    if step is not None:
        return import_step(name, activation, step, x)
    if name_of(activation) in _MONOTONE:
        return g.Pointwise(name, [x], x.shape, [g.PointwiseStep(activation)])
    if not getattr(activation, "__module__", "").split(".")[0].endswith("keras"):
        traced = import_traced(name, activation, x, x.shape)
        if traced is not None:
            return traced
    layer = _keras.Activation(activation, name=name.replace("/", "_"))
    return g.KerasLayer(name, [x], x.shape, layer, lambda read: layer(read[0]))
