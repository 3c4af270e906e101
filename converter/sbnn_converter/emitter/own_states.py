"""Gives every op that keeps a state a tensor of its own for it.

TFLiteConverter makes one tensor of all zeros of one shape, and marks it as a variable
where an op keeps its state there. Another recurrent layer of that size then begins with
the state that the first one has left, and not with zeros.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.emitter.editor import FlatbufferEditor

_KEEPING = {
    "LSTM",
    "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "BIDIRECTIONAL_SEQUENCE_LSTM",
    "RNN",
    "UNIDIRECTIONAL_SEQUENCE_RNN",
    "BIDIRECTIONAL_SEQUENCE_RNN",
    "SVDF",
}


def separate_states(editor: FlatbufferEditor) -> bool:
    """Puts a variable at each place that keeps a state, and a constant of zeros at each
    other one that reads it; says whether any was shared."""
    shared = [t for t in editor.variables() if len(editor.places_of(t)) > 1]
    for tensor in shared:
        first = True
        for operator, place in editor.places_of(tensor):
            if editor.name(operator) not in _KEEPING:
                zeros = np.zeros(editor.shape(tensor), np.float32)
                editor.replace_constants(operator, place, [zeros])
            elif first:
                first = False  # the tensor itself
            else:
                operator.inputs[place] = editor.copy_of(tensor)
    return bool(shared)
