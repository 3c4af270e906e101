"""int8 for what is not binary, by post-training quantization."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.emitter.emit import Int8, emit
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
from sbnn_converter.quantization.wide import scales_before_pools, wide_values


def emit_int8(
    graph: g.Graph,
    dataset: Callable[[], Iterable[list[np.ndarray]]],
    input_type: tf.DType,
    output_type: tf.DType,
    weight_code: str = "auto",
) -> bytes:
    """Writes a graph as a flatbuffer whose layers that are not binary are int8.

    Args:
      graph: a graph that the passes have finished with.
      dataset: representative inputs, see ``ranges.calibrate``.
      input_type, output_type: float32, int8 or uint8.
      weight_code: see ``emit``.
    """
    split_activations(graph)
    signs_before_concatenations(graph)
    share_scaled_values(graph)
    scales_before_pools(graph)
    split_steps(graph)
    free_prescribed_ranges(graph)
    signed = scales_before_signs(graph)
    use_int8_forms(graph)
    ranges = calibrate(graph, dataset, signed)
    wide = wide_ranges(graph, ranges, wide_values(graph))
    round_down(signed, ranges)
    model = emit(graph, Int8(ranges, wide), weight_code)
    model = give_int8_faces(model, [n for n in graph.nodes() if isinstance(n, g.SbnnOp)])
    output_ranges = [ranges.get(n) for n in graph.outputs]
    return give_port_types(model, input_type, output_type, output_ranges)
