"""Signs that a rearrangement has unpacked are packed again for binary layers."""

from sbnn_converter.graph import BinarySum, Graph, Node, Sign
from sbnn_converter.passes.representation import (
    bits_of,
    image_behind_vector,
    is_planes,
)


class SignAgain:
    def match(self, graph: Graph, node: Node) -> bool:
        if not isinstance(node, BinarySum):
            return False
        x = node.inputs[0]
        packed = is_planes(x) if node.geometry else image_behind_vector(x) is not None
        return not packed and bits_of(x) is not None

    def transform(self, graph: Graph, node: BinarySum) -> None:
        x = node.inputs[0]
        graph.set_inputs(node, [Sign(x.name, [x], x.shape, bits_of(x))])
