"""Ranges that TFLite's int8 kernels prescribe, whatever values are seen."""

from __future__ import annotations

import numpy as np

from sbnn_converter import graph as g
from sbnn_converter.quantization.functions import name_of_function
from sbnn_converter.quantization.scales import keeps_scale

Range = tuple[float, float]

# Scale 1/256 from 0 on, and 1/128 around 0.
_UNIT = (0.0, 255 / 256)
_SIGNED_UNIT = (-1.0, 127 / 128)
_PRESCRIBED = {"softmax": _UNIT, "sigmoid": _UNIT, "tanh": _SIGNED_UNIT}


def prescribed_range(node: g.Node) -> Range | None:
    """The range that a node's output must have, if there is one."""
    return _PRESCRIBED.get(name_of_function(node))


def is_softmax(node: g.Node) -> bool:
    return name_of_function(node) == "softmax"


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
