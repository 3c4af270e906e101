"""A function of few values, which something else than a sign reads, becomes signs.

Such as TensorFlow's sign with its values -1, 0 and +1: microcontrollers' runtimes
have no op for it, but each step of the function is a threshold, and

    f(x) = lowest + sum over its steps of height * (sign(f(x) - middle) + 1) / 2
"""

from __future__ import annotations

import itertools

import numpy as np

from sbnn_converter.graph import (
    Graph,
    KerasLayer,
    Node,
    Pointwise,
    Sign,
    affine_step,
)

Levels = tuple[float, ...]


class LevelsAsSigns:
    def match(self, graph: Graph, node: Node) -> tuple[Pointwise, int, Levels] | None:
        if not isinstance(node, Pointwise):
            return None
        found = _last_with_levels(node)
        if found is None or not (node in graph.outputs or _other_readers(graph, node)):
            return None
        return node, *found

    def transform(self, graph: Graph, found: tuple[Pointwise, int, Levels]) -> None:
        node, last, levels = found
        others = _other_readers(graph, node)
        value, rest = _sum_of_signs(node, last, levels), node.steps[last + 1 :]
        if rest:
            value = Pointwise(node.name, [value], node.shape, rest)
        graph.insert_behind(node, value, others, outputs=True)


def _last_with_levels(node: Pointwise) -> tuple[int, Levels] | None:
    """The last function of few values: its place and its values."""
    for last, step in reversed([*enumerate(node.steps)]):
        if step.levels and len(step.levels) > 1:
            return last, step.levels
    return None


def _other_readers(graph: Graph, node: Node) -> list[Node]:
    return [n for n in graph.readers(node) if not isinstance(n, Sign)]


def _sum_of_signs(node: Pointwise, last: int, levels: Levels) -> Node:
    """The first steps of ``node``, up to ``last`` with its ``levels``, from thresholds."""
    in_front, step = node.steps[:last], node.steps[last]
    channels, offset = node.shape[-1], levels[0]
    parts = []
    for low, high in itertools.pairwise(levels):
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

    layer = tf.keras.layers.Add(name=node.name.replace("/", "_"), dtype="float32")
    return KerasLayer(node.name, parts, node.shape, layer, layer)
