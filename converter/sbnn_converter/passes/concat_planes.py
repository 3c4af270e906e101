"""Concatenating the channels of bits is concatenating their planes."""

from sbnn_converter.graph import Concat, Graph, Node
from sbnn_converter.passes.representation import is_bits, planes_of


class ConcatPlanes:
    def match(self, graph: Graph, node: Node) -> bool:
        return isinstance(node, Concat) and not node.packed and is_bits(node)

    def transform(self, graph: Graph, node: Concat) -> None:
        node.packed = True
        graph.set_inputs(node, [planes_of(x) for x in node.inputs])
