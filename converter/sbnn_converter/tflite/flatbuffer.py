"""Reads the ops of a TFLite flatbuffer."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator

import numpy as np
from flatbuffers import flexbuffers

from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.tflite import schema
from sbnn_converter.tflite.names import layer_name

_PREFIX = "Sbnn"
_BUILTIN_NAMES = {
    number: name for name, number in vars(schema.BuiltinOperator).items() if name[0] != "_"
}


class DamagedFile(ValueError):
    """Bytes that begin like a TFLite flatbuffer and cannot be read as one."""


@contextlib.contextmanager
def reading_flatbuffer() -> Iterator[None]:
    """Makes a ``DamagedFile`` of whatever reading a flatbuffer inside it raises.

    The flatbuffers library does not verify; it fails in whatever way the wrong bytes
    lead it to (struct, index, type, unicode, memory).
    """
    try:
        yield
    except DamagedFile:
        raise
    except Exception as error:
        raise DamagedFile(
            "the TFLite flatbuffer is damaged "
            f"({type(error).__name__} while reading it); convert the model again"
        ) from error


_ITEM_BYTES = {
    "FLOAT32": 4,
    "INT32": 4,
    "UINT8": 1,
    "INT8": 1,
    "INT16": 2,
    "INT64": 8,
    "FLOAT16": 2,
    "FLOAT64": 8,
    "BOOL": 1,
    "UINT16": 2,
    "UINT32": 4,
    "UINT64": 8,
    "COMPLEX64": 8,
}
_TYPE_NAMES = {number: name for name, number in vars(schema.TensorType).items() if name[0] != "_"}


@dataclasses.dataclass(frozen=True)
class StoredTensor:
    """A tensor as the file describes it.

    Attributes:
      name: its name.
      type: of its elements, as the schema calls it: ``"FLOAT32"``, ``"INT8"``, ...
      shape: with the batch.
      constant_bytes: size of its data, 0 if it is computed.
    """

    name: str
    type: str
    shape: tuple[int, ...]
    constant_bytes: int = 0

    @property
    def bytes(self) -> int:
        """What it takes in memory; a type of unknown size counts 4 an element."""
        return math.prod(self.shape) * _ITEM_BYTES.get(self.type, 4)


@dataclasses.dataclass(frozen=True)
class StoredStep:
    """One op of a file, whoever's it is.

    Attributes:
      name: its builtin name or custom code.
      inputs, outputs: places among the file's tensors, optional inputs that are not
        there left out.
      op: more about it, if it is one of ours.
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    op: StoredOp | None = None


@dataclasses.dataclass(frozen=True, repr=False)
class StoredOp(ShortRepr):
    """One SBNN op as it stands in a file.

    Attributes:
      name: custom code, such as ``SbnnDense``.
      options: its attributes.
      constants: its constant inputs, int32 or float32 arrays.
      input, output: what it reads and writes.
      layer: the Keras layer that its weights come from; ``None`` if it has no
        weights or the file does not tell.
    """

    name: str
    options: dict[str, int]
    constants: list[np.ndarray]
    input: StoredTensor
    output: StoredTensor
    layer: str | None = None

    @property
    def code_bytes(self) -> int:
        """Bytes of the weight code; 0 for ops without weights."""
        return self.constants[0].nbytes if "connections" in self.options else 0


@dataclasses.dataclass(frozen=True, repr=False)
class StoredModel(ShortRepr):
    """What a .tflite file holds.

    Attributes:
      bytes: size of the file.
      sbnn_ops: its SBNN ops, in the order in which they run.
      other_ops: the names of all other ops, in that order.
      constant_bytes: size of all constants, each counted once.
      tensors: those of the main graph.
      steps: its ops, ours and others, in the order in which they run.
      inputs, outputs: the network's own, places among ``tensors``.
    """

    bytes: int
    sbnn_ops: list[StoredOp]
    other_ops: list[str]
    constant_bytes: int
    tensors: list[StoredTensor]
    steps: list[StoredStep]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read_stored_model(model: bytes) -> StoredModel:
    """Takes the flatbuffer ``model`` apart.

    Raises:
      DamagedFile: something in it points nowhere.
    """
    with reading_flatbuffer():
        return _read(model)


def read_sbnn_ops(model: bytes) -> list[StoredOp]:
    """The SBNN ops of ``model`` in the order in which they run.

    Raises:
      DamagedFile: the flatbuffer cannot be read.
    """
    return read_stored_model(model).sbnn_ops


def foreign_ops(model: bytes) -> list[str]:
    """The custom ops of ``model`` that are not ours, each once.

    Raises:
      DamagedFile: the flatbuffer cannot be read.
    """
    with reading_flatbuffer():
        root = schema.Model.GetRootAsModel(model, 0)
        codes = [root.OperatorCodes(i) for i in range(root.OperatorCodesLength())]
        names = [op_name(code) for code in codes if code.CustomCode()]
    return sorted({name for name in names if not name.startswith(_PREFIX)})


def _read(model: bytes) -> StoredModel:
    root = schema.Model.GetRootAsModel(model, 0)
    main: tuple[list[StoredTensor], list[StoredStep]] | None = None
    sbnn_ops, other_ops = [], []
    for graph in (root.Subgraphs(i) for i in range(root.SubgraphsLength())):
        tensors, steps = _read_graph(root, graph)
        main = main or (tensors, steps)
        sbnn_ops += [step.op for step in steps if step.op]
        other_ops += [step.name for step in steps if not step.op]
    if main is None:
        raise DamagedFile("the TFLite flatbuffer holds no graph; convert the model again")
    constant_bytes = sum(root.Buffers(i).DataLength() for i in range(root.BuffersLength()))
    graph = root.Subgraphs(0)
    return StoredModel(
        bytes=len(model),
        sbnn_ops=sbnn_ops,
        other_ops=other_ops,
        constant_bytes=constant_bytes,
        tensors=main[0],
        steps=main[1],
        inputs=_places(graph.InputsAsNumpy()),
        outputs=_places(graph.OutputsAsNumpy()),
    )


def _read_graph(root, graph) -> tuple[list[StoredTensor], list[StoredStep]]:
    tensors = [_read_tensor(root, graph.Tensors(i)) for i in range(graph.TensorsLength())]
    steps = []
    for operator in (graph.Operators(i) for i in range(graph.OperatorsLength())):
        name = op_name(root.OperatorCodes(operator.OpcodeIndex()))
        inputs = _places(operator.InputsAsNumpy())
        outputs = _places(operator.OutputsAsNumpy())
        op = None
        if name.startswith(_PREFIX):
            op = _read_op(root, graph, operator, name, tensors)
        steps.append(StoredStep(name, inputs, outputs, op))
    return tensors, steps


def _places(numbers) -> tuple[int, ...]:
    """Tensor numbers of a vector of the flatbuffer, which says 0 for an empty one."""
    if isinstance(numbers, int):
        return ()
    return tuple(int(n) for n in numbers if n >= 0)


def _read_tensor(root, tensor) -> StoredTensor:
    kind = _TYPE_NAMES.get(tensor.Type(), f"type {tensor.Type()}")
    shape = tensor.ShapeAsNumpy()
    dims = () if isinstance(shape, int) else tuple(int(d) for d in shape)
    name = (tensor.Name() or b"").decode()
    return StoredTensor(name, kind, dims, root.Buffers(tensor.Buffer()).DataLength())


def op_name(code) -> str:
    """The name of an op in the schema, or its custom code."""
    if code.CustomCode():
        return code.CustomCode().decode()
    # Old files have the number in a byte, newer ones in a field of its own.
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    return _BUILTIN_NAMES.get(number, f"op {number}")


def _read_op(root, graph, operator, name: str, tensors) -> StoredOp:
    raw = operator.CustomOptionsAsNumpy()
    options = {} if isinstance(raw, int) else flexbuffers.Loads(raw.tobytes())
    if not isinstance(options, dict):
        raise DamagedFile(f"{name}: the options are no map; convert the model again")
    inputs = operator.InputsAsNumpy()
    constants = [graph.Tensors(i) for i in inputs[1:]]
    layer = None
    if "connections" in options and constants:
        layer = layer_name((constants[0].Name() or b"").decode())
    return StoredOp(
        name=name,
        options=options,
        constants=[_constant(root, t) for t in constants],
        input=tensors[inputs[0]],
        output=tensors[operator.OutputsAsNumpy()[0]],
        layer=layer,
    )


def _constant(root, tensor) -> np.ndarray:
    dtype = np.float32 if tensor.Type() == schema.TensorType.FLOAT32 else np.int32
    data = root.Buffers(tensor.Buffer()).DataAsNumpy()
    if isinstance(data, int):  # how flatbuffers says "no data"
        return np.zeros(0, dtype)
    return np.frombuffer(data.tobytes(), dtype)
