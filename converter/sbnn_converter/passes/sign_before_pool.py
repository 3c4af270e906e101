"""Max pooling moves behind the sign, onto single bits.

Between the pooling and the sign may stand a function f of each channel (a batch
normalization). Where f rises, sign(f(max x)) = max sign(f(x)); where it falls
(negative gamma), f turns the maximum around: sign(f(max x)) = min sign(f(x)).
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.graph import Graph, MaxPool, Node, Pointwise, Sign
from sbnn_converter.graph.thresholds import FloatSums, find_thresholds


class SignBeforePool:
    def match(self, graph: Graph, node: Node) -> bool:
        if not isinstance(node, Sign):
            return False
        function, pool = function_in_front(graph, node)
        return isinstance(pool, MaxPool) and graph.only_reader(pool) is (function or node)

    def transform(self, graph: Graph, node: Sign) -> list[Node]:
        function, pool = function_in_front(graph, node)
        source = pool.inputs[0]
        falling = np.zeros(pool.shape[-1], bool)
        if function:
            falling = find_thresholds(
                function.steps, pool.shape[-1], len(pool.shape) + 1, FloatSums()
            ).flips
            source = Pointwise(function.name, [source], source.shape, function.steps)
        if pool.minimum is not None:  # of signs, which an earlier sign has left there
            falling = falling ^ pool.minimum
        sign = Sign(node.name, [source], source.shape)
        return graph.replace(node, MaxPool(pool.name, [sign], pool.shape, pool.geometry, falling))


def function_in_front(graph: Graph, sign: Sign) -> tuple[Pointwise | None, Node]:
    """The function that only ``sign`` reads, if there is one, and what is in
    front of both."""
    source = sign.inputs[0]
    if isinstance(source, Pointwise) and graph.only_reader(source) is sign:
        return source, source.inputs[0]
    return None, source
