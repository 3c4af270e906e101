"""Kernels on INT16 values: convolutions and dense layers of int8 weights, means.

TFLite and TensorFlow Lite Micro have them, TFLiteConverter only for networks that are
INT16 throughout. So it gets such layers in int8, between a QUANTIZE from and one to
INT16; here they take the INT16 tensors instead.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.emitter.editor import FlatbufferEditor

# Which version of its op a file asks for.
_VERSIONS = {"CONV_2D": 4, "DEPTHWISE_CONV_2D": 5, "FULLY_CONNECTED": 7, "MEAN": 3}
_MOVING = {"EXPAND_DIMS", "RESHAPE", "SQUEEZE"}


def use_int16_kernels(editor: FlatbufferEditor) -> None:
    """Widens every kernel whose int8 input is made of INT16 and whose output becomes it."""
    for last in editor.operators_named("QUANTIZE"):
        if _is_int16(editor, last.outputs[0]) and not _is_int16(editor, last.inputs[0]):
            way = _way_from_int16(editor, last)
            if sum(editor.name(op) in _VERSIONS for op in way) == 1:
                _widen(editor, way, last)


def _way_from_int16(editor: FlatbufferEditor, last) -> list:
    """The QUANTIZE from INT16 and the operators between it and ``last``, upstream first;
    empty if something else stands between or reads what is between."""
    way: list = []
    reader = last
    while True:
        writer = editor.writer(reader.inputs[0])
        if writer is None:
            return []
        way.insert(0, writer)
        if editor.name(writer) == "QUANTIZE":
            return way if _is_int16(editor, writer.inputs[0]) else []
        known = editor.name(writer) in {*_VERSIONS, *_MOVING}
        if not known or editor.only_reader(writer.outputs[0]) is not reader:
            return []
        reader = writer


def _widen(editor: FlatbufferEditor, way: list, last) -> None:
    like = int(way[0].inputs[0])
    way[1].inputs[0] = like
    for op in way[1:]:
        version = _VERSIONS.get(editor.name(op))
        if version:
            _widen_bias(editor, op)
            editor.set_version(op, version)
            like = int(last.outputs[0])
        editor.make_int16(int(op.outputs[0]), like)
    editor.read_instead(int(last.outputs[0]), int(way[-1].outputs[0]))


def _widen_bias(editor: FlatbufferEditor, op) -> None:
    """The bias in INT64, in steps of the products of weights and INT16 values."""
    if editor.name(op) == "MEAN" or len(op.inputs) < 3 or op.inputs[2] < 0:
        return
    bias = int(op.inputs[2])
    steps = editor.scales(int(op.inputs[1])) * editor.scales(int(op.inputs[0]))
    values = np.round(editor.constant(bias) * (editor.scales(bias) / steps))
    editor.replace_constants(op, 2, [values.astype(np.int64)])
    editor.set_scales(int(op.inputs[2]), steps)


def _is_int16(editor: FlatbufferEditor, tensor: int) -> bool:
    return editor.element_type(tensor).name == "INT16"
