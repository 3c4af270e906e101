"""Layers that only move elements, or put zeros around them."""

from __future__ import annotations

import math

import tensorflow as tf

from sbnn_converter import graph as g

_keras = tf.keras.layers


def reshape(name: str, x: g.Node, shape: tuple[int, ...]) -> g.Node:
    """``x`` under another shape; ``x`` itself if that is its own."""
    return x if x.shape == tuple(shape) else g.Reshape(name, [x], tuple(shape))


def permute(name: str, x: g.Node, axes: tuple[int, ...]) -> g.Node:
    """``x`` with its axes in another order; a permutation before it is taken in."""
    if isinstance(x, g.Permute):
        before = x.axes
        x, axes = x.inputs[0], tuple(before[axis] for axis in axes)
    if axes == tuple(range(len(axes))):
        return x
    return g.Permute(name, [x], tuple(x.shape[axis] for axis in axes), axes)


def as_image(name: str, x: g.Node) -> g.Node:
    """``x`` with two axes in front of its channels; one row if it had others."""
    if len(x.shape) == 3:
        return x
    return reshape(name, x, (1, math.prod(x.shape[:-1]), x.shape[-1]))


def import_layout(layer, name: str, x: g.Node, shape) -> g.Node | None:
    """Flatten, Reshape, Permute and zero padding; None for any other layer."""
    channels_first = getattr(layer, "data_format", None) == "channels_first"
    if isinstance(layer, _keras.Flatten) and channels_first:
        x = permute(name, x, (*range(1, len(x.shape)), 0))  # Keras does the same
    elif channels_first:
        return None
    if isinstance(layer, (_keras.Flatten, _keras.Reshape)):
        return reshape(name, x, shape)
    if isinstance(layer, _keras.Permute):
        return permute(name, x, tuple(d - 1 for d in layer.dims))
    if isinstance(layer, _keras.ZeroPadding2D):
        return g.Pad(name, [x], shape, *map(tuple, layer.padding))
    if isinstance(layer, _keras.ZeroPadding1D):
        row = as_image(name, x)
        padded = g.Pad(name, [row], (1, *shape), (0, 0), tuple(layer.padding))
        return reshape(name, padded, shape)
    return None
