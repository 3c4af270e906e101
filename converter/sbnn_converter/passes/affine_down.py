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
from sbnn_converter.passes.uniform_affine import affine_of, affine_source


class AffineDown:
    def match(self, graph: Graph, node: Node) -> bool:
        if not isinstance(node, (MaxPool, Reshape, Permute, Concat)):
            return False
        found = [_source(x) for x in node.inputs]
        if None in found:
            return False
        if isinstance(node, (Reshape, Permute)):
            return True
        functions = {(a, c) for _, a, c in found}
        if len(functions) != 1 or not all(is_planes(x) for x, _, _ in found):
            return False
        # Pooling commutes with what rises.
        return isinstance(node, Concat) or found[0][1] > 0

    def transform(self, graph: Graph, node: Node) -> None:
        functions = node.inputs
        _, a, c = _source(functions[0])
        affine = np.full(node.shape[-1], a), np.full(node.shape[-1], c)
        step = affine_step(*affine)
        only = functions[0].steps
        if len(only) == 1 and only[0].uniform:
            step = dataclasses.replace(only[0], affine=affine)
        readers = graph.readers(node)
        moved = Pointwise(functions[0].name, [node], node.shape, [step])
        graph.set_inputs(node, [f.inputs[0] for f in functions])
        graph.insert_behind(node, moved, readers, outputs=True)


def _source(node: Node) -> tuple[Node, float, float] | None:
    """As ``affine_source``; of streams, too, whose values are steps times a number."""
    if not isinstance(node, Pointwise) or not _is_stream(node.inputs[0]):
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
