"""A sign behind a float layer becomes a SbnnQuantize with thresholds."""

from sbnn_converter.bit_planes import pack_bits
from sbnn_converter.graph import Graph, Node, Pointwise, SbnnOp, Sign
from sbnn_converter.thresholds import FloatSums, find_thresholds


class QuantizeFloats:
    def match(self, graph: Graph, node: Node) -> bool:
        return isinstance(node, Sign)

    def transform(self, graph: Graph, node: Sign) -> None:
        source = node.inputs[0]
        steps = []
        if isinstance(source, Pointwise) and graph.readers(source) == 1:
            steps, source = source.steps, source.inputs[0]
        found = find_thresholds(
            steps, node.shape[-1], len(node.shape) + 1, FloatSums()
        )
        graph.replace(
            node,
            SbnnOp(
                node.name,
                [source],
                node.shape,
                "SbnnQuantize",
                {},
                [found.values, pack_bits(found.flips)],
                packed=True,
            ),
        )
