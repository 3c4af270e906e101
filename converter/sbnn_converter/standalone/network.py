"""A converted model as the standalone export needs it: all tensors with their data and
quantization, all ops with their options."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.tflite import schema
from sbnn_converter.tflite.flatbuffer import (
    StoredModel,
    StoredOp,
    read_stored_model,
    reading_flatbuffer,
)

_DTYPES = {
    "FLOAT32": np.float32,
    "INT32": np.int32,
    "INT8": np.int8,
    "UINT8": np.uint8,
    "INT16": np.int16,
    "INT64": np.int64,
    "BOOL": np.bool_,
}


@dataclasses.dataclass(frozen=True, repr=False)
class Tensor(ShortRepr):
    """A tensor of the network.

    Attributes:
      index: its place in the file.
      name: its name there.
      type: of its elements, as the schema calls it.
      shape: with the batch, which is 1.
      data: its elements, if they are constant.
      scales, zero_points: its quantization; empty if it has none.
    """

    index: int
    name: str
    type: str
    shape: tuple[int, ...]
    data: np.ndarray | None
    scales: np.ndarray
    zero_points: np.ndarray

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        return self.elements * np.dtype(_DTYPES.get(self.type, np.int32)).itemsize

    @property
    def scale(self) -> float:
        """Its scale as a whole, a float32 widened; 1 without quantization."""
        return float(self.scales[0]) if len(self.scales) else 1.0

    @property
    def zero(self) -> int:
        """Its zero point as a whole."""
        return int(self.zero_points[0]) if len(self.zero_points) else 0


@dataclasses.dataclass(frozen=True, repr=False)
class Op(ShortRepr):
    """An op of the network.

    Attributes:
      number: its place in the order in which ops run, from 0.
      name: its builtin name or custom code.
      inputs: what it reads; ``None`` for an optional input that is not there.
      outputs: what it writes.
      options: a builtin op's options, the schema's object; ``None`` without.
      stored: more about it, if it is one of ours.
    """

    number: int
    name: str
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    options: Any
    stored: StoredOp | None

    @property
    def label(self) -> str:
        """What people call it: the Keras layer, or the kind of op."""
        return (self.stored.layer if self.stored else None) or self.name


@dataclasses.dataclass(frozen=True, repr=False)
class Network(ShortRepr):
    """A whole model.

    Attributes:
      ops: in the order in which they run.
      inputs, outputs: its own.
      port_names: what Keras calls them, by tensor index, as far as the file says so.
    """

    ops: tuple[Op, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    port_names: Mapping[int, str]


def read_network(model: bytes) -> Network:
    """Reads a flatbuffer.

    Raises:
      DamagedFile: it cannot be read.
    """
    stored = read_stored_model(model)  # refuses most damaged files
    with reading_flatbuffer():
        return _read(model, stored)


def _read(model: bytes, stored: StoredModel) -> Network:
    root = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    graph = root.subgraphs[0]
    tensors = [
        _tensor(i, stored.tensors[i].type, t, root.buffers[t.buffer])
        for i, t in enumerate(graph.tensors)
    ]
    ops = []
    for number, (operator, step) in enumerate(zip(graph.operators, stored.steps)):
        inputs = tuple(tensors[i] if i >= 0 else None for i in _list(operator.inputs))
        outputs = tuple(tensors[i] for i in _list(operator.outputs))
        options = operator.builtinOptions
        ops.append(Op(number, step.name, inputs, outputs, options, step.op))
    return Network(
        ops=tuple(ops),
        inputs=tuple(tensors[i] for i in _list(graph.inputs)),
        outputs=tuple(tensors[i] for i in _list(graph.outputs)),
        port_names={
            int(port.tensorIndex): port.name.decode()
            for signature in root.signatureDefs or []
            for port in (*signature.inputs, *signature.outputs)
        },
    )


def _tensor(index: int, kind: str, tensor, buffer) -> Tensor:
    shape = tuple(int(d) for d in _list(tensor.shape))
    data = None
    if buffer.data is not None and len(buffer.data) and kind in _DTYPES:
        raw = np.asarray(buffer.data, np.uint8).tobytes()
        data = np.frombuffer(raw, _DTYPES[kind]).reshape(shape)
    parameters = tensor.quantization
    scales = np.zeros(0, np.float32)
    zero_points = np.zeros(0, np.int64)
    if parameters is not None and parameters.scale is not None:
        scales = np.asarray(parameters.scale, np.float32)
        zero_points = np.asarray(_list(parameters.zeroPoint), np.int64)
    name = (tensor.name or b"").decode()
    return Tensor(index, name, kind, shape, data, scales, zero_points)


def _list(numbers) -> list[int]:
    return [] if numbers is None else [int(n) for n in numbers]
