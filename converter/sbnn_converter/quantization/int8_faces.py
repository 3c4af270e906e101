"""Lets SBNN ops read and write int8 themselves.

TFLiteConverter leaves a DEQUANTIZE in front of each SBNN op that reads a float
tensor and a QUANTIZE behind each that writes one. Here these go: the op reads
the int8 tensor, its thresholds found anew for whole numbers of the tensor's
scale, and writes int8 by one multiplication, addition and shift (docs/format.md,
"Output stage").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sbnn_converter import graph as g
from sbnn_converter.emitter.edited import EditedOp
from sbnn_converter.emitter.editor import FlatbufferEditor
from sbnn_converter.emitter.emit import RESCALE
from sbnn_converter.errors import converting
from sbnn_converter.graph.output_stage import cuts_of, scale_of
from sbnn_converter.graph.stage_constants import Cuts
from sbnn_converter.graph.thresholds import IntegerSums
from sbnn_converter.quantization.fixed_point import fixed_point, to_int8
from sbnn_converter.quantization.int16_kernels import use_int16_kernels

# Values of a tensor are at most that many steps from its zero point.
_INT8_REACH = 255
_INT16_REACH = 65535


def give_int8_faces(
    editor: FlatbufferEditor, ops: Sequence[EditedOp], roundings: Mapping[g.Node, int]
) -> None:
    """Lets the SBNN ops of a flatbuffer speak int8 where their neighbours do.

    Args:
      editor, ops: the flatbuffer and its ops.
      roundings: how many rounded values make up each INT16 value.
    """
    editor.drop_identities(RESCALE)
    editor.requantize_directly()
    editor.drop_unread()
    use_int16_kernels(editor)
    for op in ops:
        with converting(op.node.name):
            scale = _read_int8(editor, op)
            if not op.node.face.is_planes:
                _write_int8(editor, op, scale)
            elif scale is not None:
                _rescale_thresholds(editor, op, scale, roundings)
    editor.drop_unread()


def _read_int8(editor: FlatbufferEditor, op: EditedOp) -> float | None:
    """Lets an op read the int8 tensor in front of a DEQUANTIZE, or the INT16 one.

    Returns:
      The tensor's scale, or None if the op goes on reading bits or floats.
    """
    tensor = editor.integer_in_front_of(op.operator.inputs[0])
    # Around an int8 image stands 0; another padding needs the real values.
    if tensor is None or op.options.get("pad_value"):
        return None
    scale, op.options["in_zero_point"] = editor.quantization(tensor)
    op.operator.inputs[0] = tensor
    return scale


def _rescale_thresholds(
    editor: FlatbufferEditor, op: EditedOp, scale: float, roundings: Mapping[g.Node, int]
) -> None:
    """Thresholds for sums of int8 values, or for the int8 values themselves."""
    node = op.node
    if isinstance(node, g.QuantizeOp):
        wide = editor.element_type(op.operator.inputs[0]).name == "INT16"
        reach = _INT16_REACH if wide else _INT8_REACH
        cuts = cuts_of(node.behind, IntegerSums(reach, scale), node.face.planes)
        values = cuts.values + np.int32(op.options["in_zero_point"])
        if wide:
            # Each rounding may carry a value by half a step; one on its threshold, a tie
            # that is as good as exact, stays on its side. A falling function is above 0 up
            # to its threshold, not from it on.
            slack = roundings[node.inputs[0]] // 2
            values = values + np.where(cuts.flips, slack, -slack).astype(np.int32)
        editor.replace_constants(op.operator, 1, Cuts(values, cuts.flips).constants())
    elif isinstance(node, g.SumOp):
        bound = node.kernel.largest_sum * _INT8_REACH
        step = scale * 2.0**-node.kernel.domain_shift
        cuts = cuts_of(node.behind, IntegerSums(bound, step), node.face.planes)
        editor.replace_constants(op.operator, 2, cuts.constants())


def _write_int8(editor: FlatbufferEditor, op: EditedOp, scale: float | None) -> None:
    """Lets an op write the int8 or INT16 tensor behind a QUANTIZE, if there is one."""
    target = editor.integer_behind(op.operator.outputs[0])
    node = op.node
    if not isinstance(node, g.SumOp):  # a SbnnDequantize: of bits two values, known beforehand
        if target is not None and node.reads.planes == 1:
            out_scale, zero_point = editor.quantization(target)
            op.options["plus"] = to_int8(zero_point + 1 / out_scale)
            op.options["minus"] = to_int8(zero_point - 1 / out_scale)
            op.operator.outputs[0] = target
        return
    unit = 1.0 if scale is None else scale
    if scale is not None or node.reads.is_planes:
        unit *= 2.0**-node.kernel.domain_shift
    else:
        target = None  # sums of floats are floats, which the QUANTIZE goes on rounding
    sums = scale_of(node.behind, unit)
    constants = sums.constants()
    if target is not None:
        multipliers, offsets, shift = fixed_point(
            sums.factors, sums.biases, *editor.quantization(target)
        )
        constants = [multipliers, offsets]
        op.options["output_shift"] = shift
        op.operator.outputs[0] = target
    editor.replace_constants(op.operator, 2, constants)
