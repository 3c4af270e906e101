"""The sign of a flattened image is the flattened sign of the image."""

from sbnn_converter.graph import Flatten, Graph, Node, Sign


class SignBeforeFlatten:
    def match(self, graph: Graph, node: Node) -> bool:
        return isinstance(node, Sign) and isinstance(node.inputs[0], Flatten)

    def transform(self, graph: Graph, node: Sign) -> None:
        flatten = node.inputs[0]
        image = flatten.inputs[0]
        sign = Sign(node.name, [image], image.shape)
        graph.replace(node, Flatten(flatten.name, [sign], node.shape))
