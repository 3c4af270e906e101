"""Zero padding in front of a binary convolution becomes the convolution's own.

Behind the padding stands either nothing, and the convolution pads with 0, or the
sign of the convolution's input, which turns the zeros into +1. Planes of several bits
have no padding but 0.
"""

from __future__ import annotations

import dataclasses

from sbnn_converter.graph import BinarySum, ConvGeometry, Graph, Node, Pad, Sign


class PadInConvolution:
    def match(self, graph: Graph, node: Node) -> tuple[BinarySum, ConvGeometry, Pad] | None:
        if not isinstance(node, BinarySum) or node.geometry is None or padding_read(node):
            return None
        pad = _without_sign(node.inputs[0])
        return (node, node.geometry, pad) if isinstance(pad, Pad) else None

    def transform(self, graph: Graph, found: tuple[BinarySum, ConvGeometry, Pad]) -> None:
        node, geometry, pad = found
        x, value = pad.inputs[0], 0
        if isinstance(node.inputs[0], Sign):
            sign = node.inputs[0]
            x, value = sign.like(x), 1
        node.geometry = dataclasses.replace(
            geometry,
            pad_before=(pad.rows[0], pad.columns[0]),
            pad_value=value,
        )
        graph.set_inputs(node, [x])


def padding_read(node: BinarySum) -> ConvGeometry | None:
    """Where the windows of ``node`` lie, if one reaches over the edge of its input."""
    geometry = node.geometry
    if geometry is None:
        return None
    axes = zip(
        node.inputs[0].shape,
        node.shape,
        geometry.kernel,
        geometry.stride,
        geometry.dilation,
        geometry.pad_before,
    )
    for size, outputs, window, stride, dilation, before in axes:
        end = (outputs - 1) * stride + (window - 1) * dilation + 1 - before
        if before > 0 or end > size:
            return geometry
    return None


def _without_sign(node: Node) -> Node:
    return node.inputs[0] if isinstance(node, Sign) and node.bits == 1 else node
