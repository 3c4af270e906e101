"""Two signs, or two reshapes, of the same value become one."""

from sbnn_converter.graph import Graph, Node, Reshape, Sign


class MergeEqual:
    def match(self, graph: Graph, node: Node) -> bool:
        return isinstance(node, (Sign, Reshape)) and len(_twins(graph, node)) > 1

    def transform(self, graph: Graph, node: Node) -> list[Node]:
        for twin in _twins(graph, node):
            if twin is not node:
                graph.replace(twin, node)
        # Their readers may be equal now.
        return graph.readers(node)


def _twins(graph: Graph, node: Node) -> list[Node]:
    return [
        other
        for other in graph.readers(node.inputs[0])
        if type(other) is type(node) and other.shape == node.shape
    ]
