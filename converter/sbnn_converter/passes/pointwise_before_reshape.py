"""A function of each channel moves in front of a reshape that keeps the channels.

There it stands right behind the sums (1-D convolutions are images of one row).
"""

from sbnn_converter.graph import Graph, Node, Pointwise, Reshape
from sbnn_converter.passes.representation import keeps_channels


class PointwiseBeforeReshape:
    def match(self, graph: Graph, node: Node) -> Pointwise | None:
        if not isinstance(node, Pointwise) or not keeps_channels(node.inputs[0]):
            return None
        return node if graph.only_reader(node.inputs[0]) is node else None

    def transform(self, graph: Graph, node: Pointwise) -> list[Node]:
        reshape = node.inputs[0]
        x = reshape.inputs[0]
        function = Pointwise(node.name, [x], x.shape, node.steps)
        return graph.replace(node, Reshape(reshape.name, [function], node.shape))
