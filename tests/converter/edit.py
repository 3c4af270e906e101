"""Files that no writer makes."""

import numpy as np

from sbnn_converter.emitter.editor import FlatbufferEditor
from sbnn_converter.op_schema.packing import pack, unpack


def with_options(model: bytes, **options: int) -> bytes:
    """`model` with other values of some options in each of its SBNN ops."""
    editor = FlatbufferEditor(model)
    for operator in editor.custom_operators("Sbnn"):
        changed = {**unpack(bytes(operator.customOptions)), **options}
        operator.customOptions = np.frombuffer(pack(changed), np.uint8)
    return editor.bytes()
