"""``a * x + c`` moves behind pooling, reshapes and concatenation.

Behind these layers stand the sums that can take a scale and an offset in
(``affine_into_sums.py``), and until there signs stay packed.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from sbnn_converter.graph import (
    Concat,
    Graph,
    MaxPool,
    Node,
    Permute,
    Pointwise,
    Reshape,
    StreamSum,
    affine_step,
)
from sbnn_converter.passes.representation import is_planes
from sbnn_converter.passes.uniform_affine import AffineSource, affine_of, affine_source


class AffineDown:
    def match(self, graph: Graph, node: Node) -> tuple[Node, list[Pointwise], float, float] | None:
        if not isinstance(node, (MaxPool, Reshape, Permute, Concat)):
            return None
        functions = [x for x in node.inputs if isinstance(x, Pointwise)]
        found = [source for x in functions if (source := _source(x)) is not None]
        if len(found) < len(node.inputs):
            return None
        _, a, c = found[0]
        if isinstance(node, (MaxPool, Concat)) and not all(
            (a, c) == (other_a, other_c) and is_planes(x) for x, other_a, other_c in found
        ):
            return None
        # Pooling commutes with what rises.
        return None if isinstance(node, MaxPool) and a <= 0 else (node, functions, a, c)

    def transform(self, graph: Graph, found: tuple[Node, list[Pointwise], float, float]) -> None:
        node, functions, a, c = found
        affine = np.full(node.shape[-1], a), np.full(node.shape[-1], c)
        step = affine_step(*affine)
        only = functions[0].steps
        if len(only) == 1 and only[0].uniform:
            step = dataclasses.replace(only[0], affine=affine)
        readers = graph.readers(node)
        moved = Pointwise(functions[0].name, [node], node.shape, [step])
        graph.set_inputs(node, [f.inputs[0] for f in functions])
        graph.insert_behind(node, moved, readers, outputs=True)


def _source(node: Pointwise) -> AffineSource | None:
    """As ``affine_source``; of streams, too, whose values are steps times a number."""
    if not _is_stream(node.inputs[0]):
        return affine_source(node)
    found = affine_of(node)
    return found and (node.inputs[0], *found)


def _is_stream(node: Node) -> bool:
    """Whether ``node`` gives the odd numbers of streams only."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, (Reshape, Permute, MaxPool, Concat)):
            pending.extend(node.inputs)
        elif not isinstance(node, StreamSum):
            return False
    return True
