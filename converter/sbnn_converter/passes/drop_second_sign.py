"""The sign of a sign is the sign."""

from sbnn_converter.graph import Graph, Node, Sign
from sbnn_converter.passes.representation import is_plus_minus_one


class DropSecondSign:
    def match(self, graph: Graph, node: Node) -> bool:
        return isinstance(node, Sign) and is_plus_minus_one(node.inputs[0])

    def transform(self, graph: Graph, node: Sign) -> None:
        graph.replace(node, node.inputs[0])
