"""Two signs, reshapes, or functions of the same value become one."""

from sbnn_converter.graph import Graph, Node, Pointwise, Reshape, Sign


class MergeEqual:
    def match(self, graph: Graph, node: Node) -> bool:
        return isinstance(node, (Sign, Reshape, Pointwise)) and len(_twins(graph, node)) > 1

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
        if type(other) is type(node) and other.shape == node.shape and _is_same(other, node)
    ]


def _is_same(one: Node, other: Node) -> bool:
    """Whether two nodes of one kind on one input give the same."""
    if isinstance(one, Sign):
        return one.bits == other.bits
    if isinstance(one, Pointwise):
        pairs = zip(one.steps, other.steps)
        return len(one.steps) == len(other.steps) and all(a.is_same(b) for a, b in pairs)
    return True
