"""int8 for what is not binary, by post-training quantization."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.emitter.edited import EditedOp
from sbnn_converter.emitter.editor import FlatbufferEditor
from sbnn_converter.emitter.emit import Int8
from sbnn_converter.quantization.activations import split_activations
from sbnn_converter.quantization.folding import split_steps, use_int8_forms
from sbnn_converter.quantization.int8_faces import give_int8_faces
from sbnn_converter.quantization.port_types import give_port_types
from sbnn_converter.quantization.ranges import calibrate, free_prescribed_ranges, wide_ranges
from sbnn_converter.quantization.sign_parts import signs_before_concatenations
from sbnn_converter.quantization.signs import (
    round_down,
    scales_before_signs,
    share_scaled_values,
)
from sbnn_converter.quantization.wide import (
    copy_into_wide,
    count_roundings,
    scales_before_pools,
    wide_values,
    widened_behind,
)


def quantize(graph: g.Graph, dataset: Callable[[], Iterable[list[np.ndarray]]]) -> Int8:
    """Prepares a graph for int8 and decides how each of its values is to be rounded.

    Args:
      graph: a graph that the passes have finished with; rewritten in place.
      dataset: representative inputs, see ``ranges.calibrate``.
    """
    split_activations(graph)
    signs_before_concatenations(graph)
    share_scaled_values(graph)
    scales_before_pools(graph)
    split_steps(graph)
    free_prescribed_ranges(graph)
    signed = scales_before_signs(graph)
    use_int8_forms(graph)
    wide = wide_values(graph, signed)
    copy_into_wide(graph, wide)
    ranges = calibrate(graph, dataset, signed)
    round_down(signed, ranges)
    return Int8(ranges, wide_ranges(graph, ranges, wide), widened_behind(wide))


def speak_int8(
    editor: FlatbufferEditor,
    ops: Sequence[EditedOp],
    graph: g.Graph,
    int8: Int8,
    input_type: tf.DType,
    output_type: tf.DType,
) -> None:
    """Gives the SBNN ops and the ports of a flatbuffer their int8 types.

    Args:
      editor, ops: what the emitter wrote of ``graph``.
      int8: what was decided.
      input_type, output_type: float32, int8 or uint8.
    """
    give_int8_faces(editor, ops, count_roundings(graph))
    output_ranges = [int8.ranges.get(n) for n in graph.outputs]
    give_port_types(editor, input_type, output_type, output_ranges)
