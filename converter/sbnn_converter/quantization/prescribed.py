"""Ranges that TFLite's int8 kernels prescribe, whatever values are seen."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.quantization.scales import keeps_scale

Range = tuple[float, float]

# Scale 1/256 from 0 on, and 1/128 around 0.
_UNIT = (0.0, 255 / 256)
_SIGNED_UNIT = (-1.0, 127 / 128)
_PRESCRIBED = {"softmax": _UNIT, "sigmoid": _UNIT, "tanh": _SIGNED_UNIT}

_keras = tf.keras.layers


def prescribed_range(node: g.Node) -> Range | None:
    """The range that a node's output must have, if there is one."""
    return _PRESCRIBED.get(_function_name(node))


def is_softmax(node: g.Node) -> bool:
    return _function_name(node) == "softmax"


def free_prescribed_ranges(graph: g.Graph) -> None:
    """Puts an op that changes the scale between a softmax, say, and what joins it with
    others: its own scale is prescribed, and so are theirs by what joins them."""
    for node in graph.nodes():
        if len(node.inputs) < 2 or not keeps_scale(node):
            continue
        if len({prescribed_range(n) for n in node.inputs}) == 1:
            continue
        for read in {n for n in node.inputs if prescribed_range(n)}:
            channels = read.shape[-1]
            one = g.affine_step(np.ones(channels), np.zeros(channels))
            graph.insert_behind(read, g.Pointwise(read.name, [read], read.shape, [one]), [node])


def _function_name(node: g.Node) -> str:
    """The activation that a node is; other layers have had theirs split off."""
    layer = node.layer if isinstance(node, g.KerasLayer) else None
    if isinstance(layer, _keras.Softmax):
        return "softmax"
    if isinstance(layer, _keras.Activation):
        return layer.activation.__name__
    return ""
