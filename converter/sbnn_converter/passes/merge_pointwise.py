"""Two functions of each channel in a row become one."""

from sbnn_converter.graph import Graph, Node, Pointwise


class MergePointwise:
    def match(self, graph: Graph, node: Node) -> tuple[Pointwise, Pointwise] | None:
        if not isinstance(node, Pointwise) or not isinstance(node.inputs[0], Pointwise):
            return None
        first = node.inputs[0]
        return (first, node) if graph.only_reader(first) is node else None

    def transform(self, graph: Graph, found: tuple[Pointwise, Pointwise]) -> None:
        first, node = found
        node.steps = first.steps + node.steps
        graph.set_inputs(node, first.inputs)
