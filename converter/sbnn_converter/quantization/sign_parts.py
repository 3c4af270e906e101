"""The sign of joined values is made of the signs of its parts.

In int8 what is joined shares one scale, too coarse for some, and sums lose their
thresholds in it. So each part is quantized as it was, and the bits are joined: as
planes, or, where they are a vector, as int8 numbers.
"""

from __future__ import annotations

from sbnn_converter import graph as g
from sbnn_converter.graph.output_stage import cuts_of
from sbnn_converter.graph.thresholds import FloatSums
from sbnn_converter.passes.representation import keeps_channels
from sbnn_converter.passes.sign_before_concat import part_of_step
from sbnn_converter.tensors.face import Face


def signs_before_concatenations(graph: g.Graph) -> None:
    """Moves every SbnnQuantize in front of the concatenation that it reads."""
    pending = [n for n in graph.nodes() if g.quantizes_numbers(n)]
    while pending:
        op = pending.pop()
        concat = op.inputs[0]
        while keeps_channels(concat):
            concat = concat.inputs[0]
        if not isinstance(concat, g.Concat) or concat.face.is_planes:
            continue
        parts = _parts(op, concat)
        if len(op.inputs[0].shape) == 3:
            joined = g.Concat(op.name, list(parts), op.shape, face=op.face)
            graph.replace(op, joined)
        else:
            values = [_as_numbers(part) for part in parts]
            joined = g.Concat(op.name, values, op.shape)
            graph.replace(op, _quantize(op.name, joined, (), op.shape, op.face))
        pending.extend(parts)


def _parts(op: g.QuantizeOp, concat: g.Concat) -> list[g.QuantizeOp]:
    parts, first, width = [], 0, op.shape[-1]
    for x in concat.inputs:
        channels = slice(first, first + x.shape[-1])
        first = channels.stop
        shape = (*op.inputs[0].shape[:-1], x.shape[-1])
        if x.shape != shape:
            x = g.Reshape(op.name, [x], shape)
        steps = tuple(part_of_step(s, channels, width) for s in op.behind.steps)
        parts.append(_quantize(op.name, x, steps, (*op.shape[:-1], x.shape[-1]), op.face))
    return parts


def _quantize(
    name: str, x: g.Node, steps: tuple, shape: tuple[int, ...], face: Face
) -> g.QuantizeOp:
    behind = g.OutputStage(steps, shape)
    cuts = cuts_of(behind, FloatSums(), face.planes)
    return g.QuantizeOp(name, [x], shape, "SbnnQuantize", {}, behind=behind, stage=cuts, face=face)


def _as_numbers(bits: g.SbnnOp) -> g.SbnnOp:
    options = {"height": 0, "width": 0, "channels": bits.shape[-1]}
    return g.SbnnOp(bits.name, [bits], bits.shape, "SbnnDequantize", options, reads=bits.face)
