"""Signs that a rearrangement has unpacked are packed again for binary layers."""

from sbnn_converter.graph import BinarySum, Graph, Node, Sign
from sbnn_converter.passes.representation import (
    bits_of,
    image_behind_vector,
    is_planes,
)


class SignAgain:
    def match(self, graph: Graph, node: Node) -> tuple[BinarySum, int] | None:
        if not isinstance(node, BinarySum):
            return None
        x = node.inputs[0]
        packed = is_planes(x) if node.geometry else image_behind_vector(x) is not None
        bits = bits_of(x)
        return None if packed or bits is None else (node, bits)

    def transform(self, graph: Graph, found: tuple[BinarySum, int]) -> None:
        node, bits = found
        x = node.inputs[0]
        graph.set_inputs(node, [Sign(x.name, [x], x.shape, bits)])
