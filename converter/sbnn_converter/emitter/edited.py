"""Our ops in a flatbuffer that is being finished, each beside its node of the graph."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from sbnn_converter import graph as g
from sbnn_converter.emitter.editor import FlatbufferEditor
from sbnn_converter.emitter.written import NODE
from sbnn_converter.op_schema.packing import pack, unpack


@dataclasses.dataclass(eq=False)
class EditedOp:
    """One op.

    Attributes:
      operator: the editor's.
      node: what it was written from.
      options: its attributes; ``store`` takes them into the flatbuffer.
    """

    operator: Any
    node: g.SbnnOp
    options: dict[str, int]

    def store(self) -> None:
        """Lets the flatbuffer have the options as they are now."""
        self.operator.customOptions = np.frombuffer(pack(self.options), np.uint8)


def edited_ops(editor: FlatbufferEditor, nodes: Sequence[g.SbnnOp]) -> list[EditedOp]:
    """The ops of a flatbuffer that the emitter wrote, in the order in which they run.

    Args:
      editor: the flatbuffer.
      nodes: the ops of the graph that it was written from, in the graph's order.
    """
    found = []
    for operator in editor.custom_operators("Sbnn"):
        options = unpack(bytes(operator.customOptions))
        if NODE in options:
            node = nodes[options.pop(NODE)]
            found.append(EditedOp(operator, node, options))
    return found


def still_there(editor: FlatbufferEditor, ops: Sequence[EditedOp]) -> list[EditedOp]:
    """Those of ``ops`` that edits have left in the flatbuffer, in its order."""
    known = {id(op.operator): op for op in ops}
    return [known[id(operator)] for operator in editor.custom_operators("Sbnn")]
