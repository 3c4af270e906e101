"""Files that no writer makes."""

import numpy as np
from flatbuffers import flexbuffers

from sbnn_converter.emitter.editor import FlatbufferEditor


def with_options(model: bytes, **options: int) -> bytes:
    """`model` with other values of some options in each of its SBNN ops."""
    editor = FlatbufferEditor(model)
    for operator in editor.custom_operators("Sbnn"):
        changed = {**flexbuffers.Loads(bytes(operator.customOptions)), **options}
        operator.customOptions = np.frombuffer(flexbuffers.Dumps(changed), np.uint8)
    return editor.bytes()
