"""Zero padding in front of a binary convolution becomes the convolution's own.

Behind the padding stands either nothing, and the convolution pads with 0, or the
sign of the convolution's input, which turns the zeros into +1. Planes of several bits
have no padding but 0.
"""

from __future__ import annotations

import dataclasses

from sbnn_converter.graph import BinarySum, Graph, Node, Pad, Sign


class PadInConvolution:
    def match(self, graph: Graph, node: Node) -> bool:
        return (
            isinstance(node, BinarySum)
            and node.geometry is not None
            and not reads_padding(node)
            and isinstance(_without_sign(node.inputs[0]), Pad)
        )

    def transform(self, graph: Graph, node: BinarySum) -> list[Node] | None:
        pad = _without_sign(node.inputs[0])
        x, value = pad.inputs[0], 0
        if isinstance(node.inputs[0], Sign):
            sign = node.inputs[0]
            x, value = sign.like(x), 1
        node.geometry = dataclasses.replace(
            node.geometry,
            pad_before=(pad.rows[0], pad.columns[0]),
            pad_value=value,
        )
        graph.set_inputs(node, [x])


def reads_padding(node: BinarySum) -> bool:
    """Whether a window of ``node`` reaches over the edge of its input."""
    geometry = node.geometry
    if geometry is None:
        return False
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
            return True
    return False


def _without_sign(node: Node) -> Node:
    return node.inputs[0] if isinstance(node, Sign) and node.bits == 1 else node
