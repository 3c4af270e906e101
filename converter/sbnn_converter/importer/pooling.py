"""Pooling layers."""

from __future__ import annotations

from sbnn_converter import graph as g
from sbnn_converter.importer.padding import same_padding


def import_max_pool(layer, inputs: list[g.Node], shape) -> g.Node:
    pad = (0, 0)
    if layer.padding == "same":
        pad = tuple(
            same_padding(size, window, stride)
            for size, window, stride in zip(
                inputs[0].shape[:2], layer.pool_size, layer.strides
            )
        )
    geometry = g.PoolGeometry(tuple(layer.pool_size), tuple(layer.strides), pad)
    return g.MaxPool(layer.name, inputs, shape, geometry, layer)
