"""A sign behind a float layer becomes a SbnnQuantize with thresholds."""

from sbnn_converter.graph import Graph, Node, OutputStage, Pointwise, SbnnOp, Sign
from sbnn_converter.output_stage import thresholds_and_flips
from sbnn_converter.thresholds import FloatSums


class QuantizeFloats:
    def match(self, graph: Graph, node: Node) -> bool:
        return isinstance(node, Sign)

    def transform(self, graph: Graph, node: Sign) -> None:
        source = node.inputs[0]
        steps = []
        if isinstance(source, Pointwise) and graph.readers(source) == 1:
            steps, source = source.steps, source.inputs[0]
        behind = OutputStage(tuple(steps), node.shape)
        graph.replace(
            node,
            SbnnOp(
                node.name,
                [source],
                node.shape,
                "SbnnQuantize",
                {},
                thresholds_and_flips(behind, FloatSums()),
                packed=True,
                behind=behind,
            ),
        )
