"""int8 and uint8 at the ends of a network.

TFLiteConverter's own rewrite loses tensors that are an output and read by something
else, or two outputs at once; here every output gets a tensor of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from sbnn_converter.emitter.editor import FlatbufferEditor

_STEPS = 255
_NO_RANGE = (-1.0, 127 / 128)


def give_port_types(
    editor: FlatbufferEditor,
    input_type: tf.DType,
    output_type: tf.DType,
    output_ranges: Sequence[tuple[float, float] | None],
) -> None:
    """Gives a network's float inputs and outputs their types.

    Args:
      editor: a flatbuffer whose inputs and outputs are float, int8 behind them.
      input_type, output_type: float32, int8 or uint8.
      output_ranges: least and largest value of each output, None if unknown.
    """
    if input_type != tf.float32:
        for place in range(editor.input_count):
            editor.set_input_type(place, input_type.name.upper())
    if output_type != tf.float32:
        for place, values in enumerate(output_ranges):
            low, high = values or _NO_RANGE
            scale = (high - low) / _STEPS
            zero = round(-128 - low / scale)
            editor.set_output_type(place, output_type.name.upper(), scale, zero)
    editor.drop_unread()
