"""Says clipping to [-1, 1] in an op that TensorFlow Lite Micro has, too.

TFLiteConverter writes it as RELU_N1_TO_1 where no op stands in front that could clip its
own output. As the activation of an op every runtime knows it.
"""

from __future__ import annotations

import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

from sbnn_converter.emitter.editor import FlatbufferEditor

_VERSION_OF_ADD = {"FLOAT32": 1, "INT8": 2}


def clip_in_sums(editor: FlatbufferEditor) -> bool:
    """Makes of each RELU_N1_TO_1 an ADD of 0 with this activation; says whether there was
    any."""
    clips = [
        op
        for op in editor.operators_named("RELU_N1_TO_1")
        if editor.element_type(op.inputs[0]).name in _VERSION_OF_ADD
    ]
    for op in clips:
        x = int(op.inputs[0])
        kind = editor.element_type(x)
        zero = editor.add_constant(np.zeros(1, kind.numpy), like=x)
        options = schema.AddOptionsT()
        options.fusedActivationFunction = schema.ActivationFunctionType.RELU_N1_TO_1
        editor.make_builtin(op, "ADD", [x, zero], options)
        editor.set_version(op, _VERSION_OF_ADD[kind.name])
    return bool(clips)
