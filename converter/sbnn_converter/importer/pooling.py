"""Max pooling, in one or two dimensions, in windows or of everything."""

from __future__ import annotations

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.importer.layout import as_image, reshape
from sbnn_converter.importer.padding import padding_before

_keras = tf.keras.layers


def import_max_pool(layer, name: str, x: g.Node, shape) -> g.Node:
    """A MaxPooling1D or MaxPooling2D layer with channels last."""
    pool, stride = tuple(layer.pool_size), tuple(layer.strides)
    if isinstance(layer, _keras.MaxPooling1D):
        pool, stride = (1, *pool), (1, *stride)
    return pool_image(name, x, shape, pool, stride, layer.padding)


def import_global_max_pool(layer, name: str, x: g.Node, shape) -> g.Node:
    """A GlobalMaxPooling1D or GlobalMaxPooling2D layer with channels last."""
    window = as_image(name, x).shape[:2]
    return pool_image(name, x, shape, window, window, "valid")


def pool_image(name: str, x: g.Node, shape, pool, stride, padding: str) -> g.Node:
    """Max pooling of an image, or of a row."""
    x = as_image(name, x)
    top, left = (
        padding_before(padding, size, window, step)
        for size, window, step in zip(x.shape[:2], pool, stride)
    )
    geometry = g.PoolGeometry(tuple(pool), tuple(stride), (top, left), padding)
    sides = [
        -(-size // step) if padding == "same" else (size - window) // step + 1
        for size, window, step in zip(x.shape[:2], pool, stride)
    ]
    pooled = g.MaxPool(name, [x], (*sides, x.shape[-1]), geometry)
    return reshape(name, pooled, shape)
