"""The sign of a rearranged tensor is the rearranged sign of the tensor.

A reshape that keeps the channels does nothing to bit planes. Any other one, and
any permutation, is free only in front of dense layers, whose kernel takes it in. A
function that is the same in all channels, as quantizers are, moves with the sign.
"""

from __future__ import annotations

import dataclasses

from sbnn_converter.graph import (
    BinarySum,
    Graph,
    Node,
    Permute,
    Pointwise,
    PointwiseStep,
    Reshape,
    Sign,
)
from sbnn_converter.passes.representation import is_free
from sbnn_converter.passes.sign_before_pool import functions_in_front
from sbnn_converter.passes.uniform_affine import affine_source

# The sign, the functions in front of it, and what moves behind both.
_Found = tuple[Sign, list[PointwiseStep], Reshape | Permute]


class SignBeforeReshape:
    def match(self, graph: Graph, node: Node) -> _Found | None:
        if not isinstance(node, Sign):
            return None
        steps, source = functions_in_front(graph, node)
        if not isinstance(source, (Reshape, Permute)):
            return None
        costs_nothing = (not steps and is_free(source)) or (
            all(step.uniform for step in steps) and _only_dense_behind(graph, node, node.bits > 1)
        )
        return (node, steps, source) if costs_nothing else None

    def transform(self, graph: Graph, found: _Found) -> list[Node]:
        node, steps, moved = found
        x: Node = moved.inputs[0]
        if steps:
            x = Pointwise(node.name, [x], x.shape, steps)
        return graph.replace(node, dataclasses.replace(moved, inputs=[node.like(x)]))


def _only_dense_behind(graph: Graph, node: Node, scaled: bool) -> bool:
    """Whether only dense layers read ``node``, with ``scaled`` also times a factor."""

    def is_dense(reader: Node) -> bool:
        if isinstance(reader, BinarySum):
            return reader.geometry is None
        between = isinstance(reader, (Reshape, Permute)) or (
            scaled and affine_source(reader) is not None
        )
        return between and _only_dense_behind(graph, reader, scaled)

    readers = graph.readers(node)
    return node not in graph.outputs and bool(readers) and all(map(is_dense, readers))
