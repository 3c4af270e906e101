"""Whether what a file refers to by number is there, and its ops can run in their order.

Runtimes take that for granted, and crash where an op reads a tensor that is not there,
or that only a later op writes.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.tflite import schema
from sbnn_converter.tflite.damage import WAY_OUT, DamagedFile, reading_flatbuffer
from sbnn_converter.tflite.flatbuffer import is_ours, op_name
from sbnn_converter.tflite.op_table import FOREIGN, OURS, SIGNATURES, Signature

_LEFT_OUT = -1
# Places of ExternalBufferGroups and ExternalBuffers in a model's layout, for which the schema of
# TensorFlow 2.16 and its next releases has no names.
_EXTERNAL = (20, 22)
_CUSTOM = 32  # what the schema calls an op that is not its own
# Ops that run other graphs, with the fields of their options that name these.
_CALLS = {
    "WHILE": ("condSubgraphIndex", "bodySubgraphIndex"),
    "IF": ("thenSubgraphIndex", "elseSubgraphIndex"),
    "CALL_ONCE": ("initSubgraphIndex",),
}


def check_wiring(model: bytes) -> None:
    """Checks that every op reads what is there and writes what nothing else does.

    Args:
      model: a flatbuffer whose structure is whole.

    Raises:
      DamagedFile: one does not; the message names the op.
    """
    with reading_flatbuffer():
        root = schema.Model.GetRootAsModel(model, 0)
        if root.SubgraphsLength() == 0:
            raise DamagedFile(f"the TFLite flatbuffer holds no graph; {WAY_OUT}")
        _check_outside(root, len(model))
        _check_codes(root)
        for i in range(root.SubgraphsLength()):
            _check_graph(root, root.Subgraphs(i))
        _check_calls(root)
        _check_signatures(root)


def _check_index(what: str, index: int, count: int, of: str) -> None:
    if not 0 <= index < count:
        raise DamagedFile(f"{what} is {of} {index} of {count}; {WAY_OUT}")


def _vector_length(table, place: int) -> int:
    """Elements of the vector at this place of a table's layout; 0 if there is none."""
    start = table._tab.Offset(place)
    return table._tab.VectorLen(start) if start else 0


def _check_outside(root, size: int) -> None:
    """Buffers by their place in the file, and what refers to buffers beside tensors."""
    if any(_vector_length(root, place) for place in _EXTERNAL):
        raise DamagedFile(f"its weights lie in other files, which are not read; {WAY_OUT}")
    for buffer in map(root.Buffers, range(root.BuffersLength())):
        if buffer.Offset() > 1 and buffer.Offset() + buffer.Size() > size:
            raise DamagedFile(
                f"a buffer ends at byte {buffer.Offset() + buffer.Size()} of {size}; {WAY_OUT}"
            )
    for metadata in map(root.Metadata, range(root.MetadataLength())):
        name = (metadata.Name() or b"").decode()
        _check_index(f"metadata '{name}'", metadata.Buffer(), root.BuffersLength(), "buffer")
    for index in _numbers(root.MetadataBufferAsNumpy()):
        _check_index("metadata", index, root.BuffersLength(), "buffer")
    for graph in map(root.Subgraphs, range(root.SubgraphsLength())):
        for operator in map(graph.Operators, range(graph.OperatorsLength())):
            start, options = operator.LargeCustomOptionsOffset(), operator.LargeCustomOptionsSize()
            if start > 1 and start + options > size:
                raise DamagedFile(f"an op's options end outside of the file; {WAY_OUT}")


def _check_codes(root) -> None:
    for code in map(root.OperatorCodes, range(root.OperatorCodesLength())):
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if bool(code.CustomCode()) != (number == _CUSTOM):
            raise DamagedFile(f"{op_name(code)}: it has the number {number}; {WAY_OUT}")


def _check_graph(root, graph) -> None:
    count = graph.TensorsLength()
    constants = {i for i in range(count) if _has_content(root, graph.Tensors(i))}
    # What has no elements can be read at any time; an op may write it as well.
    ready = constants | {i for i in range(count) if _is_empty(graph.Tensors(i))}
    unwritten = ready - constants
    for tensor in _numbers(graph.InputsAsNumpy()):
        _check_index("an input of the network", tensor, count, "tensor")
        ready.add(tensor)
    for operator in (graph.Operators(i) for i in range(graph.OperatorsLength())):
        _check_index("an op", operator.OpcodeIndex(), root.OperatorCodesLength(), "code")
        name = op_name(root.OperatorCodes(operator.OpcodeIndex()))
        _check_counts(name, operator)
        for tensor in _numbers(operator.InputsAsNumpy()):
            if tensor != _LEFT_OUT and tensor not in ready:
                raise DamagedFile(
                    f"{name}: it reads tensor {tensor} of {count}, which nothing before "
                    f"it writes; {WAY_OUT}"
                )
        for tensor in _numbers(operator.IntermediatesAsNumpy()):
            if tensor != _LEFT_OUT:
                _check_index(f"{name}: what it keeps", tensor, count, "tensor")
        for tensor in _numbers(operator.OutputsAsNumpy()):
            if tensor in constants:
                raise DamagedFile(f"{name}: the output is a constant; {WAY_OUT}")
            if not 0 <= tensor < count or tensor in ready - unwritten:
                raise DamagedFile(
                    f"{name}: it writes tensor {tensor} of {count}, which is not its own; {WAY_OUT}"
                )
            ready.add(tensor)
            unwritten.discard(tensor)
    for tensor in _numbers(graph.OutputsAsNumpy()):
        if tensor not in ready:
            raise DamagedFile(
                f"an output of the network is tensor {tensor} of {count}, which no op "
                f"writes; {WAY_OUT}"
            )


def _check_counts(name: str, operator) -> None:
    """As many inputs and outputs as a kernel takes for granted, and none left out."""
    signature = _signature(name, operator)
    for what, found, (low, high) in (
        ("inputs", operator.InputsLength(), signature.inputs),
        ("outputs", operator.OutputsLength(), signature.outputs),
    ):
        if not low <= found <= high:
            wanted = f"{low}" if found < low else f"{high} at most"
            raise DamagedFile(f"{name}: found {found} {what}, wanted {wanted}; {WAY_OUT}")
    inputs = _numbers(operator.InputsAsNumpy())
    left_out = {place for place, tensor in enumerate(inputs) if tensor == _LEFT_OUT}
    needed = any(place not in signature.optional for place in left_out)
    if needed or 0 < len(left_out & signature.together) < len(signature.together):
        raise DamagedFile(f"{name}: an input is left out; {WAY_OUT}")


def _signature(name: str, operator) -> Signature:
    if is_ours(name):
        return OURS
    if name in SIGNATURES:
        return SIGNATURES[name]
    if name in schema.BUILTIN_NAMES.values() or name.startswith("op "):
        raise DamagedFile(f"{name}: an op that no converted model has; {WAY_OUT}")
    return FOREIGN


def _check_calls(root) -> None:
    """No graph runs itself, or one that is not there."""
    count = root.SubgraphsLength()
    called: dict[int, set[int]] = {i: set() for i in range(count)}
    for number, graph in enumerate(map(root.Subgraphs, range(count))):
        for operator in map(graph.Operators, range(graph.OperatorsLength())):
            name = op_name(root.OperatorCodes(operator.OpcodeIndex()))
            options = schema.unpacked_options(operator) if name in _CALLS else None
            for field in _CALLS.get(name, ()):
                index = getattr(options, field, _LEFT_OUT)
                _check_index(f"{name}: what it runs", index, count, "graph")
                called[number].add(index)
                if name != "CALL_ONCE":
                    given = _numbers(operator.InputsAsNumpy())[name == "IF" :]
                    ran = root.Subgraphs(index)
                    _check_types(name, "reads", graph, given, ran, ran.InputsAsNumpy())
                    if not field.startswith("cond"):
                        written = _numbers(operator.OutputsAsNumpy())
                        _check_types(name, "writes", graph, written, ran, ran.OutputsAsNumpy())
    finished: set[int] = set()
    while left := called.keys() - finished:
        ends = {number for number in left if called[number] <= finished}
        if not ends:
            raise DamagedFile(f"graphs {sorted(left)} run one another without end; {WAY_OUT}")
        finished |= ends


def _check_types(name: str, verb: str, graph, own: list[int], ran, ports) -> None:
    """An op's tensors are of the types of those of the graph that it runs."""
    wanted = [ran.Tensors(i).Type() for i in _numbers(ports)]
    if [graph.Tensors(i).Type() for i in own] != wanted:
        raise DamagedFile(f"{name}: it runs a graph that {verb} other types; {WAY_OUT}")


def _check_signatures(root) -> None:
    for signature in map(root.SignatureDefs, range(root.SignatureDefsLength())):
        index = signature.SubgraphIndex()
        _check_index("what a signature speaks of", index, root.SubgraphsLength(), "graph")
        graph = root.Subgraphs(index)
        for ports, count, tensors in (
            (signature.Inputs, signature.InputsLength(), graph.InputsAsNumpy()),
            (signature.Outputs, signature.OutputsLength(), graph.OutputsAsNumpy()),
        ):
            for port in map(ports, range(count)):
                if port.TensorIndex() not in _numbers(tensors):
                    raise DamagedFile(
                        f"a signature's '{port.Name().decode()}' is tensor {port.TensorIndex()}, "
                        f"which is none of the network's own; {WAY_OUT}"
                    )


def _has_content(root, tensor) -> bool:
    """A constant or a variable."""
    if not 0 <= tensor.Buffer() < root.BuffersLength():
        raise DamagedFile(
            f"a tensor lies in buffer {tensor.Buffer()} of {root.BuffersLength()}; {WAY_OUT}"
        )
    buffer = root.Buffers(tensor.Buffer())
    return bool(buffer.DataLength() > 0 or buffer.Offset() > 1 or tensor.IsVariable())


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
