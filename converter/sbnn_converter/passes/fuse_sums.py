"""A binary layer with all that follows it becomes one op.

The sums, the functions of each channel behind them, and the sign if there is one
turn into a SbnnConv2D or SbnnDense: with thresholds where a sign ends the chain,
else with a float scale and bias.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.graph import (
    BinarySum,
    Flatten,
    Graph,
    Node,
    OutputStage,
    Pointwise,
    PointwiseStep,
    SbnnOp,
    Sign,
)
from sbnn_converter.output_stage import scale_and_bias, thresholds_and_flips
from sbnn_converter.passes.representation import is_bits
from sbnn_converter.thresholds import FloatSums, IntegerSums, SumDomain
from sbnn_converter.weight_code import encode


class FuseSums:
    def match(self, graph: Graph, node: Node) -> bool:
        return isinstance(node, BinarySum)

    def transform(self, graph: Graph, node: BinarySum) -> None:
        steps, last = _functions_behind(graph, node)
        sign = _only_reader(graph, last)
        if isinstance(sign, Sign):
            behind = OutputStage(tuple(steps), node.shape, node.kernel)
            constants = thresholds_and_flips(behind, _domain(node))
            _emit(graph, node, sign, constants, behind, packed=True)
            return
        affine = [s.affine for s in steps]
        exact = affine.index(None) if None in affine else len(affine)
        if exact < len(steps):
            # What is no scale and bias stays behind the op, as it was.
            last.steps = steps[exact:]
            last.inputs = [node]
            last = node
        behind = OutputStage(tuple(steps[:exact]), node.shape, node.kernel)
        # Sums of bits come in steps, those of floats as they are.
        shift = node.kernel.domain_shift if is_bits(node.inputs[0]) else 0
        _emit(
            graph, node, last, scale_and_bias(behind, 2.0**-shift), behind, packed=False
        )


def _only_reader(graph: Graph, node: Node) -> Node | None:
    readers = [n for n in graph.nodes() if node in n.inputs]
    alone = len(readers) == 1 and graph.readers(node) == 1
    return readers[0] if alone else None


def _functions_behind(
    graph: Graph, node: BinarySum
) -> tuple[list[PointwiseStep], Node]:
    reader = _only_reader(graph, node)
    if isinstance(reader, Pointwise):
        return reader.steps, reader
    return [], node


def _domain(node: BinarySum) -> SumDomain:
    if is_bits(node.inputs[0]):
        kernel = node.kernel
        return IntegerSums(kernel.largest_sum, 2.0**-kernel.domain_shift)
    return FloatSums()


def _emit(
    graph: Graph,
    node: BinarySum,
    last: Node,
    output_constants: list[np.ndarray],
    behind: OutputStage,
    packed: bool,
) -> None:
    """Puts one op in the place of everything from ``node`` to ``last``."""
    x = node.inputs[0]
    if node.geometry is None:
        op, ones, options, x = _dense(node, x)
    else:
        op, ones, options = _convolution(node, x)
    code = encode(ones, graph.weight_code)
    options = {
        **options,
        "alpha_steps": node.kernel.alpha_steps,
        "domain_shift": node.kernel.domain_shift,
        "connections": code.connections,
        "code": code.code,
        "code_parameter": code.parameter,
    }
    constants = [code.words.view(np.int32), *output_constants]
    fused = SbnnOp(
        node.name, [x], last.shape, op, options, constants, packed, behind
    )
    graph.replace(last, fused)


def _dense(node: BinarySum, x: Node):
    ones = node.kernel.ones
    units, fan_in = ones.shape
    planes, positions = 1, fan_in
    if isinstance(x, Flatten) and is_bits(x):
        # Planes lie channel by channel, a flattened image position by position:
        # permute the kernel, and flattening costs nothing.
        x = x.inputs[0]
        planes = x.shape[-1]
        positions = fan_in // planes
        ones = ones.reshape(units, positions, planes).transpose(0, 2, 1)
    options = {"units": units, "planes": planes, "positions": positions}
    return "SbnnDense", ones, options, x


def _convolution(node: BinarySum, x: Node):
    geometry = node.geometry
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
        "pad_value": geometry.pad_value,
        "groups": geometry.groups,
    }
    return "SbnnConv2D", node.kernel.ones, options
