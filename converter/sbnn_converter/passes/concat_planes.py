"""Concatenating channels of one face is concatenating their planes."""

from sbnn_converter.graph import Concat, Graph, Node
from sbnn_converter.passes.representation import face_of, is_planes, planes_of


class ConcatPlanes:
    def match(self, graph: Graph, node: Node) -> Concat | None:
        if isinstance(node, Concat) and not node.face.is_planes and is_planes(node):
            return node
        return None

    def transform(self, graph: Graph, node: Concat) -> None:
        node.face = face_of(node)
        graph.set_inputs(node, [planes_of(x) for x in node.inputs])
