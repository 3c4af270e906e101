"""Sparse binary layers: Larq's layers with weights 0 and 1."""

import larq as lq
import tensorflow as tf

from sbnn_keras.layers_base import SparseBinaryLayer

__all__ = ["SparseBinaryDense", "SparseBinaryConv2D"]


def _register(cls):
    """Registers a layer under its bare name (.h5) and its package name (.keras)."""
    cls = tf.keras.utils.register_keras_serializable("sbnn_keras")(cls)
    return lq.utils.register_keras_custom_object(cls)


@_register
class SparseBinaryDense(SparseBinaryLayer, lq.layers.QuantDense):
    """Dense layer with connections 0 or 1."""


@_register
class SparseBinaryConv2D(SparseBinaryLayer, lq.layers.QuantConv2D):
    """2D convolution with connections 0 or 1."""
