"""Where a layer that is not ours reads bits, they become +1.0 and -1.0."""

from sbnn_converter.graph import Graph, Node, SbnnOp


def _is_packed(node: Node) -> bool:
    return isinstance(node, SbnnOp) and node.packed


class DequantizeForOthers:
    def match(self, graph: Graph, node: Node) -> bool:
        return _is_packed(node) and (
            node in graph.outputs or bool(self._others(graph, node))
        )

    def transform(self, graph: Graph, node: SbnnOp) -> None:
        height, width, channels = ((0, 0) + node.shape)[-3:]
        options = {
            "height": height,
            "width": width,
            "channels": channels,
        }
        signs = SbnnOp(
            node.name, [node], node.shape, "SbnnDequantize", options, [], packed=False
        )
        for other in self._others(graph, node):
            other.inputs = [signs if n is node else n for n in other.inputs]
        graph.outputs = [signs if n is node else n for n in graph.outputs]

    @staticmethod
    def _others(graph: Graph, node: Node) -> list[Node]:
        return [
            n
            for n in graph.nodes()
            if node in n.inputs and not isinstance(n, SbnnOp)
        ]
