"""Layers that only move elements, or put zeros around them."""

from __future__ import annotations

import math

import tensorflow as tf

from sbnn_converter import graph as g

_keras = tf.keras.layers


def reshape(name: str, x: g.Node, shape: tuple[int, ...]) -> g.Node:
    """``x`` under another shape; ``x`` itself if that is its own."""
    return x if x.shape == tuple(shape) else g.Reshape(name, [x], tuple(shape))


def as_image(name: str, x: g.Node) -> g.Node:
    """``x`` with two axes in front of its channels; one row if it had others."""
    if len(x.shape) == 3:
        return x
    return reshape(name, x, (1, math.prod(x.shape[:-1]), x.shape[-1]))


def import_layout(layer, name: str, x: g.Node, shape) -> g.Node | None:
    """Flatten, Reshape, Permute and zero padding; None for any other layer."""
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        return None
    if isinstance(layer, (_keras.Flatten, _keras.Reshape)):
        return reshape(name, x, shape)
    if isinstance(layer, _keras.Permute):
        return g.Permute(name, [x], shape, tuple(d - 1 for d in layer.dims))
    if isinstance(layer, _keras.ZeroPadding2D):
        return g.Pad(name, [x], shape, *map(tuple, layer.padding))
    if isinstance(layer, _keras.ZeroPadding1D):
        row = as_image(name, x)
        padded = g.Pad(name, [row], (1, *shape), (0, 0), tuple(layer.padding))
        return reshape(name, padded, shape)
    return None
