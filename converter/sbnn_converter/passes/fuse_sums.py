"""A binary layer with all that follows it becomes one op.

The sums, the functions of each channel behind them, and the sign if there is one
turn into a SbnnConv2D or SbnnDense: with thresholds where a sign ends the chain,
else with a float scale and bias.
"""

from __future__ import annotations

import math

import numpy as np

from sbnn_converter.graph import (
    BinarySum,
    ConvGeometry,
    Graph,
    Node,
    OutputStage,
    Permute,
    Pointwise,
    Sign,
    SumOp,
)
from sbnn_converter.graph.output_stage import cuts_of, scale_of
from sbnn_converter.graph.stage_constants import Cuts, Scale, StreamScale
from sbnn_converter.graph.thresholds import FloatSums, IntegerSums
from sbnn_converter.passes.pad_in_convolution import padding_read
from sbnn_converter.passes.representation import face_of, image_behind_vector, planes_of
from sbnn_converter.tensors.face import FLOAT32, Face


class FuseSums:
    def match(self, graph: Graph, node: Node) -> BinarySum | None:
        return node if isinstance(node, BinarySum) else None

    def transform(self, graph: Graph, node: BinarySum) -> None:
        x = source_of(node)
        reads = face_read(node, x)
        # Sums of planes come in steps, those of floats as they are.
        step = 2.0**-node.kernel.domain_shift if reads.is_planes else 1.0
        function = _function_behind(graph, node)
        steps, last = ([], node) if function is None else (function.steps, function)
        sign = graph.only_reader(last)
        if isinstance(sign, Sign):
            bound = node.kernel.largest_sum * reads.cuts
            domain = IntegerSums(bound, step) if reads.is_planes else FloatSums()
            behind = OutputStage(tuple(steps), node.shape)
            cuts = cuts_of(behind, domain, sign.bits)
            face = Face(planes=sign.bits)
            graph.replace(sign, fused_op(node, x, reads, sign.shape, behind, cuts, face))
            return
        affine = [s.affine for s in steps]
        exact = affine.index(None) if None in affine else len(affine)
        behind = OutputStage(tuple(steps[:exact]), node.shape)
        if function is not None and exact < len(steps):
            # What is no scale and bias stays behind the op, as it was.
            function.steps = steps[exact:]
            last = node
        stage = scale_of(behind, step)
        graph.replace(last, fused_op(node, x, reads, last.shape, behind, stage, FLOAT32))


def source_of(node: BinarySum) -> Node:
    """What the op of sums reads. A dense layer reads the image behind a vector of bits."""
    x = node.inputs[0]
    return x if node.geometry else image_behind_vector(x) or x


def face_read(node: BinarySum, x: Node) -> Face:
    """What the op reads ``x`` as: planes are padded with 0, or with all bits the same."""
    face = face_of(x)
    padding = padding_read(node)
    if face.planes > 1 and padding is not None and abs(padding.pad_value) not in (0, face.cuts):
        return FLOAT32
    return face


def _function_behind(graph: Graph, node: BinarySum) -> Pointwise | None:
    reader = graph.only_reader(node)
    return reader if isinstance(reader, Pointwise) else None


def fused_op(
    node: BinarySum,
    x: Node,
    reads: Face,
    shape: tuple[int, ...],
    behind: OutputStage,
    stage: Cuts | Scale | StreamScale,
    face: Face,
) -> SumOp:
    """One op for everything from ``node`` to what ``behind`` ends with.

    Args:
      node: the sums.
      x, reads: what the op reads, and as what.
      shape, face: of what it writes.
      behind, stage: what it does with the sums.
    """
    if node.geometry is None:
        op, connections, options = _dense(node, x)
    else:
        op, connections, options = _convolution(node, node.geometry, reads)
    options |= {
        "alpha_steps": node.kernel.alpha_steps,
        "domain_shift": node.kernel.domain_shift,
    }
    return SumOp(
        node.name,
        [planes_of(x) if reads.is_planes else x],
        shape,
        op,
        options,
        kernel=node.kernel,
        connections=connections,
        behind=behind,
        stage=stage,
        reads=reads,
        face=face,
    )


def _dense(node: BinarySum, x: Node) -> tuple[str, np.ndarray, dict[str, int]]:
    connections = node.kernel.connections
    units, fan_in = connections.shape
    planes, positions = 1, fan_in
    if len(x.shape) > 1:
        # Planes lie channel by channel, a flattened image position by position:
        # permute the kernel, and flattening costs nothing.
        planes = x.shape[-1]
        positions = fan_in // planes
        connections = _in_order_of(x, node.inputs[0], connections)
        connections = connections.reshape(units, positions, planes).transpose(0, 2, 1)
    options = {"units": units, "planes": planes, "positions": positions}
    return "SbnnDense", connections, options


def _in_order_of(image: Node, vector: Node, connections: np.ndarray) -> np.ndarray:
    """A kernel over ``vector`` as a kernel over the elements of ``image``."""
    way: list[Node] = []
    while vector is not image:
        way.append(vector)
        vector = vector.inputs[0]
    elements = np.arange(connections.shape[1])
    order = elements.reshape(image.shape)
    for node in reversed(way):
        if isinstance(node, Permute):
            order = order.transpose(node.axes)
        order = order.reshape(node.shape)
    if np.array_equal(order, elements):
        return connections
    moved = np.empty_like(connections)
    moved[:, order] = connections
    return moved


def _convolution(
    node: BinarySum, geometry: ConvGeometry, reads: Face
) -> tuple[str, np.ndarray, dict[str, int]]:
    x = node.inputs[0]  # as the convolution sees it
    pad_value = geometry.pad_value
    if reads.planes > 1:
        pad_value = int(np.sign(pad_value)) if abs(pad_value) == reads.cuts else 0
    options = {
        "in_height": x.shape[0],
        "in_width": x.shape[1],
        "in_channels": x.shape[2],
        "out_height": node.shape[0],
        "out_width": node.shape[1],
        "out_channels": node.shape[2],
        "kernel_height": geometry.kernel[0],
        "kernel_width": geometry.kernel[1],
        "stride_height": geometry.stride[0],
        "stride_width": geometry.stride[1],
        "dilation_height": geometry.dilation[0],
        "dilation_width": geometry.dilation[1],
        "pad_top": geometry.pad_before[0],
        "pad_left": geometry.pad_before[1],
        "pad_value": pad_value,
        "groups": geometry.groups,
    }
    connections = node.kernel.connections
    taps, channels = math.prod(geometry.kernel), connections.shape[1]
    if reads.is_planes and taps > 1 and channels > 1:
        # Kernels find the copies of a tap's connections by counting.
        connections = connections.transpose(0, 2, 3, 1)
        options["tap_major"] = 1
    return "SbnnConv2D", connections, options
