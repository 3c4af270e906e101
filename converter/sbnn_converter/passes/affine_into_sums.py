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

from sbnn_converter.graph import BinarySum, ConvGeometry, Graph, Node, Pointwise, affine_step
from sbnn_converter.passes.pad_in_convolution import padding_read
from sbnn_converter.passes.representation import bits_of
from sbnn_converter.passes.uniform_affine import AffineSource, affine_source


class AffineIntoSums:
    def match(self, graph: Graph, node: Node) -> tuple[BinarySum, AffineSource] | None:
        if not isinstance(node, BinarySum):
            return None
        found = affine_source(node.inputs[0])
        if found is None:
            return None
        padding = padding_read(node)
        most = 2.0 ** (bits_of(found[0]) or 1) - 1
        if padding is not None and _pad_value(padding, found) not in (-most, 0.0, most):
            return None
        return node, found

    def transform(self, graph: Graph, found: tuple[BinarySum, AffineSource]) -> None:
        node, source = found
        x, a, c = source
        padding = padding_read(node)
        if padding is not None:
            pad_value = int(_pad_value(padding, source))
            node.geometry = dataclasses.replace(padding, pad_value=pad_value)
        channels = node.shape[-1]
        step = affine_step(np.full(channels, a), c * node.kernel.weight_sums)
        readers = graph.readers(node)
        function = Pointwise(node.name, [node], node.shape, [step])
        graph.set_inputs(node, [x])
        graph.insert_behind(node, function, readers, outputs=True)


def _pad_value(geometry: ConvGeometry, source: AffineSource) -> float:
    """What stands outside the image, seen from x."""
    _, a, c = source
    value = (geometry.pad_value - c) / a
    # Fractions of levels come rounded.
    return float(round(value)) if abs(value - round(value)) < 1e-9 * abs(value) else value
