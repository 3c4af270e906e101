"""Fake quantizations in a float network, in the form that all runtimes run.

TFLiteConverter makes a QUANTIZE to UINT8 and a DEQUANTIZE of one. TensorFlow Lite
Micro quantizes floats to INT8 only, which says the same with another zero point. For
weights the result is known here; the file does not even tell its shape.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.emitter.editor import FlatbufferEditor

_BETWEEN = ("QUANTIZE", "DEQUANTIZE")
_TYPES = ("UINT8", "INT8")


def plain_fake_quantization(editor: FlatbufferEditor) -> bool:
    """Puts constants in the place of quantized constants, and INT8 in that of UINT8 where
    only QUANTIZE and DEQUANTIZE write and read it; says whether there was any."""
    between = [
        tensor
        for kind in _TYPES
        for tensor in editor.tensors_of_type(kind)
        if all(editor.name(op) in _BETWEEN for op in editor.operators_at(tensor))
        and not editor.is_port(tensor)
    ]
    changed = [_fold(editor, tensor) or _shift(editor, tensor) for tensor in between]
    if any(changed):
        editor.drop_unread()
    return any(changed)


def _fold(editor: FlatbufferEditor, tensor: int) -> bool:
    """Computes what a DEQUANTIZE makes of a quantized constant."""
    writer = editor.writer(tensor)
    values = None if writer is None else editor.constant(writer.inputs[0])
    if values is None or values.dtype != np.float32:
        return False
    scale, zero_point = editor.channel_quantization(tensor, values.ndim)
    low, high = editor.element_type(tensor).limits
    steps = np.clip(np.round(values / scale) + zero_point, low, high)
    folded = ((steps - zero_point) * scale).astype(np.float32)
    for reader in editor.operators_at(tensor):
        if reader is not writer:
            editor.put_constant(reader.outputs[0], folded)
    return True


def _shift(editor: FlatbufferEditor, tensor: int) -> bool:
    if editor.element_type(tensor).name != "UINT8":
        return False
    editor.shift_to_int8(tensor)
    return True
