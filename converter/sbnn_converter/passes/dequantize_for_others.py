"""Where something that works on floats reads planes, they become +1.0 and -1.0, or the odd
whole numbers that they stand for."""

from __future__ import annotations

import math

from sbnn_converter.graph import Concat, Graph, Node, Reshape, SbnnOp


class DequantizeForOthers:
    def match(self, graph: Graph, node: Node) -> Node | None:
        if not node.face.is_planes:
            return None
        return node if node in graph.outputs or _float_readers(graph, node) else None

    def transform(self, graph: Graph, node: Node) -> None:
        channels = node.shape[-1]
        height, width = 0, 0  # a vector
        if len(node.shape) == 3:
            height, width = node.shape[:2]
        elif len(node.shape) > 1:
            height, width = 1, math.prod(node.shape[:-1])
        options = {"height": height, "width": width, "channels": channels}
        shape = (height, width, channels)[-3 if height else -1 :]
        readers = _float_readers(graph, node)
        signs: Node = SbnnOp(node.name, [node], shape, "SbnnDequantize", options, reads=node.face)
        if shape != node.shape:
            signs = Reshape(node.name, [signs], node.shape)
        graph.insert_behind(node, signs, readers, outputs=True)


def _float_readers(graph: Graph, node: Node) -> list[Node]:
    return [n for n in graph.readers(node) if not _reads_planes(n)]


def _reads_planes(node: Node) -> bool:
    if isinstance(node, SbnnOp):
        return node.reads.is_planes
    return isinstance(node, Concat) and node.face.is_planes
