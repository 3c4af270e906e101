"""Two signs, reshapes, or functions of the same value become one."""

from sbnn_converter.graph import Graph, Node, Pointwise, Reshape, Sign


class MergeEqual:
    def match(self, graph: Graph, node: Node) -> tuple[Node, list[Node]] | None:
        twins = _twins(graph, node) if isinstance(node, (Sign, Reshape, Pointwise)) else []
        return (node, twins) if twins else None

    def transform(self, graph: Graph, found: tuple[Node, list[Node]]) -> list[Node]:
        node, twins = found
        for twin in twins:
            graph.replace(twin, node)
        # Their readers may be equal now.
        return graph.readers(node)


def _twins(graph: Graph, node: Node) -> list[Node]:
    return [
        other
        for other in graph.readers(node.inputs[0])
        if other is not node and other.shape == node.shape and _is_same(other, node)
    ]


def _is_same(one: Node, other: Node) -> bool:
    """Whether two nodes on one input are of one kind and give the same."""
    if isinstance(one, Sign) and isinstance(other, Sign):
        return one.bits == other.bits
    if isinstance(one, Pointwise) and isinstance(other, Pointwise):
        pairs = zip(one.steps, other.steps)
        return len(one.steps) == len(other.steps) and all(a.is_same(b) for a, b in pairs)
    return isinstance(one, Reshape) and isinstance(other, Reshape)
