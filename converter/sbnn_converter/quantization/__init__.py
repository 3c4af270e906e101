"""int8 for what is not binary, by post-training quantization."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.emitter.edited import EditedOp
from sbnn_converter.emitter.editor import FlatbufferEditor
from sbnn_converter.emitter.emit import Int8
from sbnn_converter.quantization.calibration import calibrate
from sbnn_converter.quantization.float_outputs import kept_float
from sbnn_converter.quantization.int8_faces import give_int8_faces
from sbnn_converter.quantization.port_types import give_port_types
from sbnn_converter.quantization.prepare import prepare
from sbnn_converter.quantization.ranges import decide
from sbnn_converter.quantization.wide import count_roundings


def quantize(
    graph: g.Graph, dataset: Callable[[], Iterable[list[np.ndarray]]], output_type: tf.DType
) -> Int8:
    """Prepares a graph for int8, looks at its values, and decides how each is rounded.

    Args:
      graph: a graph that the passes have finished with; rewritten in place.
      dataset: representative inputs, see ``calibrate``.
      output_type: float32, int8 or uint8.
    """
    signed, wide = prepare(graph)
    seen = calibrate(graph, dataset)
    int8 = decide(graph, seen, signed, wide)
    for node in kept_float(graph, output_type):
        int8.ranges.pop(node, None)
    return int8


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
