"""Reads a TFLite flatbuffer: its tensors, its ops, and more about those of ours."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from sbnn_converter.op_schema.packing import unpack
from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.tensors.face import Face, stored_face
from sbnn_converter.tensors.types import ElementType, element_type
from sbnn_converter.tflite import schema
from sbnn_converter.tflite.damage import DamagedFile, reading_flatbuffer
from sbnn_converter.tflite.names import layer_name

_PREFIX = "Sbnn"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class StoredTensor(ShortRepr):
    """A tensor as the file describes it.

    Attributes:
      name: its name.
      type: of its elements, as the schema calls it: ``"FLOAT32"``, ``"INT8"``, ...
      shape: with the batch.
      content: its bytes, uint8, if it is a constant.
      index: its place in the graph.
      scales, zero_points: its quantization; empty if it has none.
    """

    name: str
    type: str
    shape: tuple[int, ...]
    content: np.ndarray | None = None
    index: int = -1
    scales: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0, np.float32))
    zero_points: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def element_type(self) -> ElementType:
        """What there is to know of its type."""
        return element_type(self.type)

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """What it takes in memory; a type of unknown size counts 4 an element."""
        return self.elements * self.element_type.bytes

    @property
    def constant_bytes(self) -> int:
        """Size of its content in the file, 0 if it is computed."""
        return 0 if self.content is None else self.content.nbytes

    @functools.cached_property
    def data(self) -> np.ndarray | None:
        """Its elements, if it is a constant of a type that NumPy has.

        Raises:
          DamagedFile: they are more or fewer than its shape says.
        """
        if self.content is None or self.element_type.numpy is None:
            return None
        with reading_flatbuffer():
            values = np.frombuffer(self.content.tobytes(), self.element_type.numpy)
            return values.reshape(self.shape)

    @property
    def scale(self) -> float:
        """Its scale as a whole, a float32 widened; 1 without quantization."""
        return float(self.scales[0]) if len(self.scales) else 1.0

    @property
    def zero(self) -> int:
        """Its zero point as a whole."""
        return int(self.zero_points[0]) if len(self.zero_points) else 0


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class StoredStep(ShortRepr):
    """One op of a file, whoever's it is.

    Attributes:
      number: its place in the order in which ops run, from 0.
      name: its builtin name or custom code.
      inputs: what it reads; ``None`` for an optional input that is not there.
      outputs: what it writes.
      options: a builtin op's options, the schema's object; ``None`` without.
    """

    number: int
    name: str
    inputs: tuple[StoredTensor | None, ...]
    outputs: tuple[StoredTensor, ...]
    options: Any = None

    def input(self, place: int) -> StoredTensor:
        """Input ``place``, which it cannot do without.

        Raises:
          IndexError: it is not there.
        """
        found = self.inputs[place]
        if found is None:
            raise IndexError(f"{self.name} has no input {place}")
        return found

    @property
    def present_inputs(self) -> tuple[StoredTensor, ...]:
        """What it reads, without optional inputs that are not there."""
        return tuple(tensor for tensor in self.inputs if tensor is not None)

    @property
    def label(self) -> str:
        """What people call it: the Keras layer, or the kind of op."""
        return self.name


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class SbnnStep(StoredStep):
    """A step that runs an op of ours.

    Attributes:
      sbnn: more about it.
    """

    sbnn: StoredOp = dataclasses.field(kw_only=True)

    @property
    def label(self) -> str:
        """What people call it: the Keras layer, or the kind of op."""
        return self.sbnn.layer or self.name


@dataclasses.dataclass(frozen=True, repr=False)
class StoredOp(ShortRepr):
    """One SBNN op as it stands in a file.

    Attributes:
      name: custom code, such as ``SbnnDense``.
      options: its attributes.
      constants: its constant inputs: float32, int32, int16 or int8 arrays.
      input, output: what it reads and writes.
      layer: the Keras layer that its weights come from; ``None`` if it has no
        weights or the file does not tell.
      other: a second activation, behind the constants; ``None`` without.
    """

    name: str
    options: dict[str, int]
    constants: list[np.ndarray]
    input: StoredTensor
    output: StoredTensor
    layer: str | None = None
    other: StoredTensor | None = None

    @property
    def reads(self) -> Face:
        """The face that it reads."""
        return stored_face(self.input.type, self.options.get("in_planes"))

    @property
    def writes(self) -> Face:
        """The face that it writes."""
        return stored_face(self.output.type, self.options.get("out_planes"))

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
      inputs, outputs: the network's own.
      port_names: what Keras calls these, by tensor index, as far as the file says so.
    """

    bytes: int
    sbnn_ops: list[StoredOp]
    other_ops: list[str]
    constant_bytes: int
    tensors: list[StoredTensor]
    steps: list[StoredStep]
    inputs: tuple[StoredTensor, ...]
    outputs: tuple[StoredTensor, ...]
    port_names: Mapping[int, str]


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
    return sorted({name for name in names if not is_ours(name)})


def _read(model: bytes) -> StoredModel:
    root = schema.Model.GetRootAsModel(model, 0)
    main: tuple[list[StoredTensor], list[StoredStep]] | None = None
    sbnn_ops, other_ops = [], []
    for graph in (root.Subgraphs(i) for i in range(root.SubgraphsLength())):
        tensors, steps = read_graph(root, graph)
        main = main or (tensors, steps)
        sbnn_ops += [step.sbnn for step in steps if isinstance(step, SbnnStep)]
        other_ops += [step.name for step in steps if not isinstance(step, SbnnStep)]
    if main is None:
        raise DamagedFile("the TFLite flatbuffer holds no graph; convert the model again")
    tensors, steps = main
    graph = root.Subgraphs(0)
    return StoredModel(
        bytes=len(model),
        sbnn_ops=sbnn_ops,
        other_ops=other_ops,
        constant_bytes=sum(root.Buffers(i).DataLength() for i in range(root.BuffersLength())),
        tensors=tensors,
        steps=steps,
        inputs=tuple(tensors[i] for i in _numbers(graph.InputsAsNumpy())),
        outputs=tuple(tensors[i] for i in _numbers(graph.OutputsAsNumpy())),
        port_names=_port_names(root),
    )


def read_graph(root, graph) -> tuple[list[StoredTensor], list[StoredStep]]:
    """The tensors and the ops of one of the graphs of ``root``."""
    tensors = [_read_tensor(root, graph.Tensors(i), i) for i in range(graph.TensorsLength())]
    steps: list[StoredStep] = []
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        name = op_name(root.OperatorCodes(operator.OpcodeIndex()))
        inputs = tuple(tensors[i] if i >= 0 else None for i in _numbers(operator.InputsAsNumpy()))
        outputs = tuple(tensors[i] for i in _numbers(operator.OutputsAsNumpy()))
        options = schema.unpacked_options(operator)
        if is_ours(name):
            op = _read_op(operator, name, inputs, outputs)
            steps.append(SbnnStep(number, name, inputs, outputs, options, sbnn=op))
        else:
            steps.append(StoredStep(number, name, inputs, outputs, options))
    return tensors, steps


def _numbers(vector) -> list[int]:
    """The numbers in a vector of the flatbuffer, which says 0 for an empty one."""
    return [] if isinstance(vector, int) else [int(n) for n in vector]


def _port_names(root) -> dict[int, str]:
    names = {}
    for signature in (root.SignatureDefs(i) for i in range(root.SignatureDefsLength())):
        for port, count in (
            (signature.Inputs, signature.InputsLength()),
            (signature.Outputs, signature.OutputsLength()),
        ):
            for entry in map(port, range(count)):
                names[int(entry.TensorIndex())] = entry.Name().decode()
    return names


def _read_tensor(root, tensor, index: int) -> StoredTensor:
    content = root.Buffers(tensor.Buffer()).DataAsNumpy()
    quantization, found = tensor.Quantization(), {}
    if quantization is not None and quantization.ScaleLength():
        found["scales"] = np.asarray(quantization.ScaleAsNumpy(), np.float32)
        found["zero_points"] = np.asarray(_numbers(quantization.ZeroPointAsNumpy()), np.int64)
    return StoredTensor(
        name=(tensor.Name() or b"").decode(),
        type=type_name(tensor),
        shape=tuple(_numbers(tensor.ShapeAsNumpy())),
        content=None if isinstance(content, int) else content,
        index=index,
        **found,
    )


def is_ours(name: str) -> bool:
    """Whether an op of this name is an SBNN op."""
    return name.startswith(_PREFIX)


def type_name(tensor) -> str:
    """What the schema calls the type of a tensor's elements."""
    return schema.TYPE_NAMES.get(tensor.Type(), f"type {tensor.Type()}")


def op_name(code) -> str:
    """The name of an op in the schema, or its custom code."""
    if code.CustomCode():
        return code.CustomCode().decode()
    # Old files have the number in a byte, newer ones in a field of its own.
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    return schema.BUILTIN_NAMES.get(number, f"op {number}")


def _read_op(operator, name: str, inputs, outputs) -> StoredOp:
    raw = operator.CustomOptionsAsNumpy()
    try:
        options = {} if isinstance(raw, int) else unpack(raw.tobytes())
    except ValueError as error:
        raise DamagedFile(f"{name}: {error}; convert the model again") from error
    if None in inputs:
        raise DamagedFile(f"{name}: an input is left out; convert the model again")
    constants, other = inputs[1:], None
    if constants and constants[-1].content is None:
        *constants, other = constants
    layer = None
    if "connections" in options and constants:
        layer = layer_name(constants[0].name)
    return StoredOp(
        name=name,
        options=options,
        constants=[_constant(tensor) for tensor in constants],
        input=inputs[0],
        output=outputs[0],
        layer=layer,
        other=other,
    )


def _constant(tensor: StoredTensor) -> np.ndarray:
    """A constant of an op of ours, of rank 1: float32, or whole numbers of 8 to 32 bits."""
    known = ("FLOAT32", "INT8", "INT16")
    dtype = tensor.element_type.numpy if tensor.type in known else np.int32
    content = b"" if tensor.content is None else tensor.content.tobytes()
    return np.frombuffer(content, dtype)
