"""Whether the ops of a file can run in their order.

Runtimes take that for granted, and crash where an op reads a tensor that is not there,
or that only a later op writes.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.tflite import schema
from sbnn_converter.tflite.flatbuffer import DamagedFile, op_name, reading_flatbuffer


def check_wiring(model: bytes) -> None:
    """Checks that every op reads what is there and writes what nothing else does.

    Raises:
      DamagedFile: one does not; the message names the op.
    """
    with reading_flatbuffer():
        root = schema.Model.GetRootAsModel(model, 0)
        for i in range(root.SubgraphsLength()):
            _check_graph(root, root.Subgraphs(i))


def _check_graph(root, graph) -> None:
    count = graph.TensorsLength()
    ready = {i for i in range(count) if _has_content(root, graph.Tensors(i))}
    constants = set(ready)
    ready.update(_numbers(graph.InputsAsNumpy()))
    for operator in (graph.Operators(i) for i in range(graph.OperatorsLength())):
        name = op_name(root.OperatorCodes(operator.OpcodeIndex()))
        for tensor in _numbers(operator.InputsAsNumpy()):
            if tensor != -1 and tensor not in ready:  # -1 is left out
                raise DamagedFile(
                    f"{name}: it reads tensor {tensor} of {count}, which nothing before "
                    "it writes; convert the model again"
                )
        for tensor in _numbers(operator.OutputsAsNumpy()):
            if not 0 <= tensor < count or tensor in ready and tensor not in constants:
                raise DamagedFile(
                    f"{name}: it writes tensor {tensor} of {count}, which is not its own; "
                    "convert the model again"
                )
            if tensor in constants:
                raise DamagedFile(
                    f"{name}: the output is a constant; convert the model again"
                )
            ready.add(tensor)


def _has_content(root, tensor) -> bool:
    """A constant, a variable, or a tensor without elements."""
    if not 0 <= tensor.Buffer() < root.BuffersLength():
        raise DamagedFile(
            f"a tensor lies in buffer {tensor.Buffer()} of {root.BuffersLength()}; convert "
            "the model again"
        )
    buffer = root.Buffers(tensor.Buffer())
    empty = tensor.ShapeLength() > 0 and not np.all(tensor.ShapeAsNumpy())
    return bool(buffer.DataLength() > 0 or tensor.IsVariable() or empty)


def _numbers(array) -> list[int]:
    # The schema gives 0 where there is no list.
    return [] if isinstance(array, int) else [int(number) for number in array]
