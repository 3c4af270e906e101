"""Max pooling moves behind the sign, onto single bits.

Between the pooling and the sign may stand a function f of each channel (a batch
normalization). Where f rises, sign(f(max x)) = max sign(f(x)); where it falls
(negative gamma), f turns the maximum around: sign(f(max x)) = min sign(f(x)).
"""

from sbnn_converter.graph import Graph, MaxPool, Node, Pointwise, Sign
from sbnn_converter.thresholds import FloatSums, find_thresholds


def _function_and_pool(graph: Graph, node: Node) -> tuple[Pointwise | None, Node]:
    source = node.inputs[0]
    if isinstance(source, Pointwise) and graph.readers(source) == 1:
        return source, source.inputs[0]
    return None, source


class SignBeforePool:
    def match(self, graph: Graph, node: Node) -> bool:
        if not isinstance(node, Sign):
            return False
        _, pool = _function_and_pool(graph, node)
        return isinstance(pool, MaxPool) and graph.readers(pool) == 1

    def transform(self, graph: Graph, node: Sign) -> None:
        function, pool = _function_and_pool(graph, node)
        source = pool.inputs[0]
        steps = function.steps if function else []
        falling = find_thresholds(
            steps, pool.shape[-1], len(pool.shape) + 1, FloatSums()
        ).flips
        if steps:
            source = Pointwise(function.name, [source], source.shape, steps)
        sign = Sign(node.name, [source], source.shape)
        graph.replace(
            node,
            MaxPool(
                pool.name, [sign], pool.shape, pool.geometry, pool.layer, falling
            ),
        )
