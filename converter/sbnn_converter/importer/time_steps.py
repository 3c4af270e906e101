"""What ``TimeDistributed`` wraps, as a layer on a tensor with one more axis in front."""

from __future__ import annotations

import tensorflow as tf

from sbnn_converter.framework import face
from sbnn_converter.importer.channel_functions import is_last_axis

_keras = tf.keras.layers

_ON_LAST_AXES = (
    _keras.Activation,
    _keras.ReLU,
    _keras.LeakyReLU,
    _keras.Dropout,
    # The order of the elements is the same.
    _keras.Flatten,
    _keras.Reshape,
)


def is_same_on_more_axes(layer) -> bool:
    """Whether a layer for one step computes the same on all steps at once."""
    kind = face.kind(layer)
    if kind == "conv1d" or isinstance(layer, _keras.Flatten):  # images whose rows are the steps
        return layer.data_format == "channels_last"
    if isinstance(layer, _keras.BatchNormalization):
        return is_last_axis(layer)
    return kind == "dense" or isinstance(layer, _ON_LAST_AXES)
