"""A sign of a function of a sign is one step of what the first sign reads.

``sign(f(sign(g(x))))`` is a monotone function of x in each channel like any other:
both signs and all that stands between them go into one threshold.
"""

from __future__ import annotations

from sbnn_converter.graph import Graph, Node, Pointwise, PointwiseStep, Sign


class SignThroughSigns:
    def match(self, graph: Graph, node: Node) -> tuple[Sign, Pointwise, Sign] | None:
        if not isinstance(node, Sign) or not isinstance(node.inputs[0], Pointwise):
            return None
        between, first = node.inputs[0], node.inputs[0].inputs[0]
        # Bits that others read, too, exist anyhow: they stay in front of the second.
        if not isinstance(first, Sign) or graph.only_reader(first) is not between:
            return None
        return node, between, first

    def transform(self, graph: Graph, found: tuple[Sign, Pointwise, Sign]) -> list[Node]:
        node, between, first = found
        steps, x = [PointwiseStep(first.apply), *between.steps], first.inputs[0]
        if isinstance(x, Pointwise) and graph.only_reader(x) is first:
            steps, x = x.steps + steps, x.inputs[0]
        graph.set_inputs(node, [Pointwise(between.name, [x], node.shape, steps)])
        return [node]  # a third sign may stand in front
