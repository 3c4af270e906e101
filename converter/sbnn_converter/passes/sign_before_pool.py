"""Max pooling moves behind the sign, onto planes.

Between the pooling and the sign may stand a function f of each channel (a batch
normalization). Where f rises, sign(f(max x)) = max sign(f(x)); where it falls
(negative gamma), f turns the maximum around: sign(f(max x)) = min sign(f(x)).
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.graph import Graph, MaxPool, Node, Pointwise, PointwiseStep, Sign
from sbnn_converter.graph.thresholds import FloatSums, find_thresholds


class SignBeforePool:
    def match(self, graph: Graph, node: Node) -> tuple[Sign, list[PointwiseStep], MaxPool] | None:
        if not isinstance(node, Sign):
            return None
        steps, pool = functions_in_front(graph, node)
        if not isinstance(pool, MaxPool) or not is_only_read(graph, pool, node):
            return None
        return node, steps, pool

    def transform(
        self, graph: Graph, found: tuple[Sign, list[PointwiseStep], MaxPool]
    ) -> list[Node]:
        node, steps, pool = found
        source = pool.inputs[0]
        falling = np.zeros(pool.shape[-1], bool)
        if steps:
            falling = find_thresholds(
                steps, pool.shape[-1], len(pool.shape) + 1, FloatSums(), node.bits
            ).flips
            source = Pointwise(node.inputs[0].name, [source], source.shape, steps)
        if pool.minimum is not None:  # of signs, which an earlier sign has left there
            falling = falling ^ pool.minimum
        pooled = MaxPool(pool.name, [node.like(source)], pool.shape, pool.geometry, falling)
        return graph.replace(node, pooled)


def functions_in_front(graph: Graph, sign: Sign) -> tuple[list[PointwiseStep], Node]:
    """The functions that only ``sign`` reads, and what is in front of all."""
    steps: list[PointwiseStep] = []
    reader: Node = sign
    source = sign.inputs[0]
    while isinstance(source, Pointwise) and graph.only_reader(source) is reader:
        steps = source.steps + steps
        reader, source = source, source.inputs[0]
    return steps, source


def is_only_read(graph: Graph, source: Node, sign: Sign) -> bool:
    """Whether nothing but the functions in front of ``sign`` reads ``source``."""
    reader = graph.only_reader(source)
    while isinstance(reader, Pointwise):
        reader = graph.only_reader(reader)
    return reader is sign
