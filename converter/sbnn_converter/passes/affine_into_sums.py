"""Sums over ``a * x + c`` become sums over x.

    sum of w * (a * x + c)  =  a * (sum of w * x) + c * (sum of w)

and the sum of the weights w is a constant of each output channel. Outside the
image stands the padding value q; seen from x it is ``(q - c) / a``, which has to
be a value that the format can pad with. For activations in {0, 1}, padded with
zeros, it is -1; for those from 0 on of several bits the least odd number.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from sbnn_converter.graph import BinarySum, Graph, Node, Pointwise, affine_step
from sbnn_converter.passes.pad_in_convolution import reads_padding
from sbnn_converter.passes.representation import bits_of
from sbnn_converter.passes.uniform_affine import affine_source


class AffineIntoSums:
    def match(self, graph: Graph, node: Node) -> bool:
        if not isinstance(node, BinarySum):
            return False
        found = affine_source(node.inputs[0])
        if found is None:
            return False
        most = 2.0 ** (bits_of(found[0]) or 1) - 1
        return not reads_padding(node) or _padding(node, found) in (-most, 0.0, most)

    def transform(self, graph: Graph, node: BinarySum) -> None:
        found = affine_source(node.inputs[0])
        x, a, c = found
        if reads_padding(node):
            node.geometry = dataclasses.replace(node.geometry, pad_value=int(_padding(node, found)))
        channels = node.shape[-1]
        step = affine_step(np.full(channels, a), c * node.kernel.weight_sums)
        readers = graph.readers(node)
        function = Pointwise(node.name, [node], node.shape, [step])
        graph.set_inputs(node, [x])
        graph.insert_behind(node, function, readers, outputs=True)


def _padding(node: BinarySum, found: tuple[Node, float, float]) -> float:
    _, a, c = found
    value = (node.geometry.pad_value - c) / a
    # Fractions of levels come rounded.
    return float(round(value)) if abs(value - round(value)) < 1e-9 * abs(value) else value
