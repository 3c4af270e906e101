"""Whole numbers of an output stage in as few bytes as all of them fit in.

Until here they are INT32: TFLiteConverter would take narrower constants for quantized ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sbnn_converter.graph import QuantizeOp, SumOp

if TYPE_CHECKING:
    from sbnn_converter.emitter.edited import EditedOp
    from sbnn_converter.emitter.editor import FlatbufferEditor


def narrow_constants(editor: FlatbufferEditor, ops: Sequence[EditedOp]) -> None:
    """Narrows thresholds, and what scales streams.

    Args:
      editor: the flatbuffer; what ops shared they share as before.
      ops: its ops.
    """
    narrowed: dict[int, int] = {}
    for op in ops:
        for place in _places(op):
            tensor = int(op.operator.inputs[place])
            if tensor not in narrowed:
                values = editor.constant(tensor)
                if values is None or values.dtype != np.int32:
                    continue
                editor.replace_constants(op.operator, place, [narrowest(values)])
                narrowed[tensor] = int(op.operator.inputs[place])
            op.operator.inputs[place] = narrowed[tensor]


def narrowest(values: np.ndarray) -> np.ndarray:
    """Whole numbers as int8, int16 or int32: the first that holds them all.

    ```python
    narrowest(np.array([-3, 200])).dtype  # int16
    ```
    """
    # -1 - x takes as many bits as x, and one of the two is below 0.
    farthest = min(int(values.min(initial=0)), -1 - int(values.max(initial=0)), -1)
    return values.astype(np.min_scalar_type(farthest))


def _places(op: EditedOp) -> list[int]:
    """Which inputs of an op may be narrower."""
    if not op.node.face.is_planes:
        return []
    if isinstance(op.node, QuantizeOp):
        return [1]
    if isinstance(op.node, SumOp):
        return [2, 3] if op.options.get("stream") else [2]
    return []
