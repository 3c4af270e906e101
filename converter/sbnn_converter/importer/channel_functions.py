"""Batch normalization and activations: functions of each channel by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError
from sbnn_converter.framework import face
from sbnn_converter.importer.steps_at_zero import import_step, step_at_zero
from sbnn_converter.importer.traced_functions import import_traced
from sbnn_keras.core.packages import package_of

_keras = tf.keras.layers

# Activations that never fall, so that thresholds can absorb them. By what they are: functions of
# users may have these names, too.
_MONOTONE = (
    tf.keras.activations.relu,
    tf.nn.relu,
    tf.nn.relu6,
    *face.RISING_FUNCTIONS,
)


def import_batch_norm(layer, name: str, x: g.Node, shape) -> g.Node:
    """A batch normalization over the channels, the last axis of ``x``. The layer itself
    may have them on the first one."""
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

    def apply(t: tf.Tensor) -> tf.Tensor:
        if is_last_axis(layer):
            return layer(t, training=False)
        to_last = (0, *range(2, rank), 1)
        to_first = (0, rank - 1, *range(1, rank - 1))
        return tf.transpose(layer(tf.transpose(t, to_first), training=False), to_last)

    rank = layer.input_spec.ndim
    step = g.PointwiseStep(apply, (scale, bias), rank=rank)
    return g.Pointwise(name, [x], shape, [step])


def is_last_axis(layer) -> bool:
    """Whether a batch normalization normalizes the channels."""
    return face.axes(layer) == [layer.input_spec.ndim - 1]


def is_rising(layer, shape) -> bool:
    """Whether an activation layer never falls, in each channel by itself."""
    if isinstance(layer, _keras.ReLU):
        # A threshold below 0 would let the function fall from 0 to it.
        return (layer.negative_slope or 0) >= 0 and (layer.threshold or 0) >= 0
    if isinstance(layer, _keras.LeakyReLU):
        return face.slope_below_zero(layer) >= 0
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
    found = import_monotone(name, activation, x)
    if found is not None:
        return found
    # Whatever policy is the global one when the model is converted.
    layer = _keras.Activation(activation, name=name.replace("/", "_"), dtype="float32")
    return g.KerasLayer(name, [x], x.shape, layer, lambda read: layer(read[0]))


def import_monotone(name: str, function: Callable | None, x: g.Node) -> g.Node | None:
    """A function of numbers that thresholds can take in: a step, or anything that
    never falls or never rises. None for any other.

    It decides for activations, quantizers and custom layers without weights alike.
    """
    if function is None or function is tf.keras.activations.linear:
        return x
    step = step_at_zero(function)
    if step is not None:
        return import_step(name, function, step, x)
    if any(function is known for known in _MONOTONE):
        return g.Pointwise(name, [x], x.shape, [g.PointwiseStep(function)])
    if package_of(function) in ("keras", "tf_keras"):
        return None  # TFLiteConverter knows Keras's own activations by their names
    return import_traced(name, function, x, x.shape)
