"""Outputs of a network in int8 straight from the sums of its last binary layer.

These sums are whole numbers, and scale and bias make floats of them in one step: an output
that is a float anyway need not be rounded to int8 on the way, and answers are the float
network's own as far as the last layer is concerned. That holds, too, for what lies behind it
without weights, a softmax for example.

A softmax over classes that leaves as int8 reads floats, too. In int8, 256 steps from the smallest
to the largest number would serve all samples, and where two classes are close they would tie, or
both lie above what a few representative samples have shown.
"""

from __future__ import annotations

import math

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.quantization.prescribed import is_softmax, prescribed_range


def kept_float(graph: g.Graph, output_type: tf.DType) -> set[g.Node]:
    """The nodes whose values need no range.

    Args:
      graph: the network in its int8 form.
      output_type: float32, int8 or uint8.
    """
    kept = set()
    for output in graph.outputs:
        if graph.readers(output):
            continue
        if output_type.is_floating:
            kept.update(_way_to(graph, output))
            continue
        answer = _before_reshapes(graph, output)
        if _is_answer(answer):
            kept.update(_way_to(graph, answer)[1:])
    return kept


def _before_reshapes(graph: g.Graph, node: g.Node) -> g.Node:
    """What gives the values that a node, which may be a reshape of them, has."""
    while isinstance(node, g.Reshape) and graph.only_reader(node.inputs[0]) is node:
        node = node.inputs[0]
    return node


def _is_answer(node: g.Node) -> bool:
    """Whether it is the softmax over a network's classes, and not one at each place of an image."""
    return is_softmax(node) and math.prod(node.shape) == node.shape[-1]


def _way_to(graph: g.Graph, output: g.Node) -> list[g.Node]:
    """From an output back to the op of ours that its values are made of one by one."""
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
