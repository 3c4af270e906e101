"""Files that no writer makes."""

import numpy as np

from sbnn_converter.emitter.editor import FlatbufferEditor
from sbnn_converter.op_schema.packing import pack, unpack


def with_options(model: bytes, **options: int | None) -> bytes:
    """`model` with other values of some options in each of its SBNN ops; None: without them."""
    editor = FlatbufferEditor(model)
    for operator in editor.custom_operators("Sbnn"):
        changed = {**unpack(bytes(operator.customOptions)), **options}
        changed = {name: value for name, value in changed.items() if value is not None}
        operator.customOptions = np.frombuffer(pack(changed), np.uint8)
    return editor.bytes()
