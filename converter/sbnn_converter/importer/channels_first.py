"""Layers with channels first, between two transpositions.

The format has channels last only. Transpositions of neighbouring layers cancel, so
that they stand at the ends of a network.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

from sbnn_converter import graph as g
from sbnn_converter.importer.layout import permute


def in_channels_last(import_one: Callable, layer, name: str, x: g.Node, shape) -> g.Node:
    """A layer with ``data_format="channels_first"``.

    Args:
      import_one: imports the layer as if its channels were last: (layer, name, x,
        shape) to node.
      shape: of its output, channels first if it has other axes.
    """
    twin = copy.copy(layer)
    twin.data_format = "channels_last"
    last = (*shape[1:], shape[0])
    return to_first(name, import_one(twin, name, to_last(name, x), last))


def to_last(name: str, x: g.Node) -> g.Node:
    return permute(name, x, (*range(1, len(x.shape)), 0))


def to_first(name: str, x: g.Node) -> g.Node:
    axes = len(x.shape)
    return permute(name, x, (axes - 1, *range(axes - 1)))
