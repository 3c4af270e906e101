"""Float outputs of a network in int8 straight from the sums of its last binary layer.

These sums are whole numbers, and scale and bias make floats of them in one step: an output
that is a float anyway need not be rounded to int8 on the way, and answers are the float
network's own as far as the last layer is concerned. That holds, too, for what lies behind it
without weights, a softmax for example.
"""

from __future__ import annotations

import math

from sbnn_converter import graph as g
from sbnn_converter.quantization.prescribed import prescribed_range


def kept_float(graph: g.Graph) -> set[g.Node]:
    """The nodes whose values need no range where outputs are float.

    Args:
      graph: the network in its int8 form.
    """
    return {node for output in graph.outputs for node in _way_to(graph, output)}


def _way_to(graph: g.Graph, output: g.Node) -> list[g.Node]:
    """From an output back to the op of ours that its values are made of one by one."""
    if graph.readers(output):
        return []
    way = [output]
    while not _writes_numbers(way[-1]):
        node = way[-1]
        if not _is_free_of_weights(node) or graph.only_reader(node.inputs[0]) is not node:
            return []
        way.append(node.inputs[0])
    # TFLiteConverter gives a softmax its range of int8 where something still follows.
    return [] if any(map(prescribed_range, way[1:])) else way


def _writes_numbers(node: g.Node) -> bool:
    return isinstance(node, g.SbnnOp) and not node.face.is_planes


def _is_free_of_weights(node: g.Node) -> bool:
    """Whether it has one input, as many outputs as values in it, and no weights."""
    if len(node.inputs) != 1 or math.prod(node.shape) != math.prod(node.inputs[0].shape):
        return False
    if isinstance(node, g.Pointwise):
        return all(step.affine is None for step in node.steps)
    return isinstance(node, g.Reshape) or (
        isinstance(node, g.KerasLayer) and not node.layer.weights
    )
