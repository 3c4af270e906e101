"""Two functions of each channel in a row become one."""

from sbnn_converter.graph import Graph, Node, Pointwise


class MergePointwise:
    def match(self, graph: Graph, node: Node) -> bool:
        return (
            isinstance(node, Pointwise)
            and isinstance(node.inputs[0], Pointwise)
            and graph.only_reader(node.inputs[0]) is node
        )

    def transform(self, graph: Graph, node: Pointwise) -> None:
        first = node.inputs[0]
        node.steps = first.steps + node.steps
        graph.set_inputs(node, first.inputs)
