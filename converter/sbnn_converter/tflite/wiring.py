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
    constants = {i for i in range(count) if _has_content(root, graph.Tensors(i))}
    # What has no elements can be read at any time; an op may write it as well.
    ready = constants | {i for i in range(count) if _is_empty(graph.Tensors(i))}
    unwritten = ready - constants
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
            if tensor in constants:
                raise DamagedFile(f"{name}: the output is a constant; convert the model again")
            if not 0 <= tensor < count or tensor in ready - unwritten:
                raise DamagedFile(
                    f"{name}: it writes tensor {tensor} of {count}, which is not its own; "
                    "convert the model again"
                )
            ready.add(tensor)
            unwritten.discard(tensor)
    for tensor in _numbers(graph.OutputsAsNumpy()):
        if tensor not in ready:
            raise DamagedFile(
                f"an output of the network is tensor {tensor} of {count}, which no op "
                "writes; convert the model again"
            )


def _has_content(root, tensor) -> bool:
    """A constant or a variable."""
    if not 0 <= tensor.Buffer() < root.BuffersLength():
        raise DamagedFile(
            f"a tensor lies in buffer {tensor.Buffer()} of {root.BuffersLength()}; convert "
            "the model again"
        )
    buffer = root.Buffers(tensor.Buffer())
    return bool(buffer.DataLength() > 0 or tensor.IsVariable())


def _is_empty(tensor) -> bool:
    return tensor.ShapeLength() > 0 and not np.all(tensor.ShapeAsNumpy())


def has_variables(model: bytes) -> bool:
    """Whether a tensor keeps a state from one run to the next, as an LSTM's does."""
    root = schema.Model.GetRootAsModel(model, 0)
    graphs = (root.Subgraphs(i) for i in range(root.SubgraphsLength()))
    return any(
        graph.Tensors(i).IsVariable() for graph in graphs for i in range(graph.TensorsLength())
    )


def _numbers(array) -> list[int]:
    # The schema gives 0 where there is no list.
    return [] if isinstance(array, int) else [int(number) for number in array]
