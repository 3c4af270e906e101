"""Pooling of planes becomes a SbnnMaxPool2D or a SbnnAveragePool2D."""

import numpy as np

from sbnn_converter.graph import AveragePool, Graph, MaxPool, Node, SbnnOp
from sbnn_converter.passes.representation import face_of, is_planes, planes_of


class PoolPlanes:
    def match(self, graph: Graph, node: Node) -> MaxPool | AveragePool | None:
        if isinstance(node, (MaxPool, AveragePool)) and is_planes(node.inputs[0]):
            return node
        return None

    def transform(self, graph: Graph, node: MaxPool | AveragePool) -> None:
        x = node.inputs[0]
        op, marks = "SbnnAveragePool2D", None
        options = _windows(node)
        if isinstance(node, MaxPool):
            op, marks = "SbnnMaxPool2D", node.minimum
            if marks is None:
                marks = np.zeros(x.shape[-1], bool)
            pad_top, pad_left = node.geometry.pad_before
            options |= {"pad_top": pad_top, "pad_left": pad_left}
        face = face_of(x)
        planes = [planes_of(x)]
        graph.replace(
            node,
            SbnnOp(node.name, planes, node.shape, op, options, marks=marks, reads=face, face=face),
        )


def _windows(node: MaxPool | AveragePool) -> dict[str, int]:
    """The options that both kinds of pooling have."""
    x, geometry = node.inputs[0], node.geometry
    return {
        "channels": x.shape[-1],
        "in_height": x.shape[0],
        "in_width": x.shape[1],
        "out_height": node.shape[0],
        "out_width": node.shape[1],
        "pool_height": geometry.pool[0],
        "pool_width": geometry.pool[1],
        "stride_height": geometry.stride[0],
        "stride_width": geometry.stride[1],
    }
