"""Max pooling of bits becomes a SbnnMaxPool2D."""

import numpy as np

from sbnn_converter.graph import Graph, MaxPool, Node, SbnnOp
from sbnn_converter.passes.representation import face_of, is_planes, planes_of


class PoolPlanes:
    def match(self, graph: Graph, node: Node) -> bool:
        return isinstance(node, MaxPool) and is_planes(node.inputs[0])

    def transform(self, graph: Graph, node: MaxPool) -> None:
        x = node.inputs[0]
        channels = x.shape[-1]
        minimum = np.zeros(channels, bool) if node.minimum is None else node.minimum
        geometry = node.geometry
        options = {
            "channels": channels,
            "in_height": x.shape[0],
            "in_width": x.shape[1],
            "out_height": node.shape[0],
            "out_width": node.shape[1],
            "pool_height": geometry.pool[0],
            "pool_width": geometry.pool[1],
            "stride_height": geometry.stride[0],
            "stride_width": geometry.stride[1],
            "pad_top": geometry.pad_before[0],
            "pad_left": geometry.pad_before[1],
        }
        graph.replace(
            node,
            SbnnOp(
                node.name,
                [planes_of(x)],
                node.shape,
                "SbnnMaxPool2D",
                options,
                marks=minimum,
                reads=face_of(x),
                face=face_of(x),
            ),
        )
