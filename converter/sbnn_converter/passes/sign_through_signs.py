"""A sign of a function of a sign is one step of what the first sign reads.

``sign(f(sign(g(x))))`` is a monotone function of x in each channel like any other:
both signs and all that stands between them go into one threshold.
"""

from __future__ import annotations

from sbnn_converter.graph import Graph, Node, Pointwise, PointwiseStep, Sign


class SignThroughSigns:
    def match(self, graph: Graph, node: Node) -> bool:
        if not isinstance(node, Sign) or not isinstance(node.inputs[0], Pointwise):
            return False
        # Bits that others read, too, exist anyhow: they stay in front of the second.
        first = node.inputs[0].inputs[0]
        return isinstance(first, Sign) and graph.only_reader(first) is node.inputs[0]

    def transform(self, graph: Graph, node: Sign) -> list[Node]:
        between = node.inputs[0]
        first = between.inputs[0]
        steps, x = [PointwiseStep(first.apply), *between.steps], first.inputs[0]
        if isinstance(x, Pointwise) and graph.only_reader(x) is first:
            steps, x = x.steps + steps, x.inputs[0]
        graph.set_inputs(node, [Pointwise(between.name, [x], node.shape, steps)])
        return [node]  # a third sign may stand in front
