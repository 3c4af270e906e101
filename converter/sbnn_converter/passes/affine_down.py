"""``a * x + c`` moves behind pooling, reshapes and concatenation.

Behind these layers stand the sums that can take a scale and an offset in
(``affine_into_sums.py``), and until there signs stay packed.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.graph import (
    Concat,
    Graph,
    MaxPool,
    Node,
    Permute,
    Pointwise,
    Reshape,
    affine_step,
)
from sbnn_converter.passes.representation import is_planes
from sbnn_converter.passes.uniform_affine import affine_source


class AffineDown:
    def match(self, graph: Graph, node: Node) -> bool:
        if not isinstance(node, (MaxPool, Reshape, Permute, Concat)):
            return False
        found = [affine_source(x) for x in node.inputs]
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
        _, a, c = affine_source(functions[0])
        channels = node.shape[-1]
        step = affine_step(np.full(channels, a), np.full(channels, c))
        readers = graph.readers(node)
        moved = Pointwise(functions[0].name, [node], node.shape, [step])
        graph.set_inputs(node, [f.inputs[0] for f in functions])
        graph.insert_behind(node, moved, readers, outputs=True)
