"""A function of few values, which something else than a sign reads, becomes signs.

Such as TensorFlow's sign with its values -1, 0 and +1: microcontrollers' runtimes
have no op for it, but each step of the function is a threshold, and

    f(x) = lowest + sum over its steps of height * (sign(f(x) - middle) + 1) / 2
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.graph import (
    Graph,
    KerasLayer,
    Node,
    Pointwise,
    Sign,
    affine_step,
)


class LevelsAsSigns:
    def match(self, graph: Graph, node: Node) -> bool:
        return (
            isinstance(node, Pointwise)
            and _last_with_levels(node) is not None
            and (node in graph.outputs or bool(_other_readers(graph, node)))
        )

    def transform(self, graph: Graph, node: Pointwise) -> None:
        others = _other_readers(graph, node)
        last = _last_with_levels(node)
        value, rest = _sum_of_signs(node, last), node.steps[last + 1 :]
        if rest:
            value = Pointwise(node.name, [value], node.shape, rest)
        graph.insert_behind(node, value, others, outputs=True)


def _last_with_levels(node: Pointwise) -> int | None:
    with_levels = (i for i, s in enumerate(node.steps) if s.levels and len(s.levels) > 1)
    return max(with_levels, default=None)


def _other_readers(graph: Graph, node: Node) -> list[Node]:
    return [n for n in graph.readers(node) if not isinstance(n, Sign)]


def _sum_of_signs(node: Pointwise, last: int) -> Node:
    """The first steps of ``node``, up to ``last``, from thresholds."""
    in_front, step = node.steps[:last], node.steps[last]
    channels, offset = node.shape[-1], step.levels[0]
    parts = []
    for low, high in zip(step.levels, step.levels[1:]):
        steps = [*in_front, step.minus((low + high) / 2)]
        inner = Pointwise(node.name, node.inputs, node.shape, steps)
        half = (high - low) / 2
        heights = affine_step(np.full(channels, half), np.full(channels, half + offset))
        offset = 0.0
        sign = Sign(node.name, [inner], node.shape)
        parts.append(Pointwise(node.name, [sign], node.shape, [heights]))
    if len(parts) == 1:
        return parts[0]
    import tensorflow as tf

    layer = tf.keras.layers.Add(name=node.name.replace("/", "_"))
    return KerasLayer(node.name, parts, node.shape, layer, layer)
