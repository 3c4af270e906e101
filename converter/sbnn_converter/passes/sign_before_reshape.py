"""The sign of a rearranged tensor is the rearranged sign of the tensor.

A reshape that keeps the channels does nothing to bit planes. Any other one, and
any permutation, is free only in front of dense layers, whose kernel takes it in.
"""

from __future__ import annotations

import dataclasses

from sbnn_converter.graph import BinarySum, Graph, Node, Permute, Reshape, Sign
from sbnn_converter.passes.representation import is_free


class SignBeforeReshape:
    def match(self, graph: Graph, node: Node) -> bool:
        if not isinstance(node, Sign):
            return False
        source = node.inputs[0]
        return is_free(source) or (
            isinstance(source, (Reshape, Permute)) and _only_dense_behind(graph, node)
        )

    def transform(self, graph: Graph, node: Sign) -> list[Node]:
        moved = node.inputs[0]
        x = moved.inputs[0]
        sign = Sign(node.name, [x], x.shape)
        return graph.replace(node, dataclasses.replace(moved, inputs=[sign]))


def _only_dense_behind(graph: Graph, node: Node) -> bool:
    readers = graph.readers(node)
    return (
        node not in graph.outputs
        and bool(readers)
        and all(
            reader.geometry is None
            if isinstance(reader, BinarySum)
            else isinstance(reader, (Reshape, Permute)) and _only_dense_behind(graph, reader)
            for reader in readers
        )
    )
