"""The sign of a sign is the sign, unless it has fewer bits."""

from sbnn_converter.graph import Graph, Node, Sign
from sbnn_converter.passes.representation import bits_of


class DropSecondSign:
    def match(self, graph: Graph, node: Node) -> Sign | None:
        if not isinstance(node, Sign):
            return None
        bits = bits_of(node.inputs[0])
        return node if bits is not None and bits <= node.bits else None

    def transform(self, graph: Graph, node: Sign) -> None:
        graph.replace(node, node.inputs[0])
