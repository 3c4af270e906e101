"""Files of several of TensorFlow Lite's own ops side by side, each with inputs of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from tensorflow.lite.python import schema_py_generated as tflite

from one_op import buffer_of, packed
from sbnn_converter.tflite.flatbuffer import StoredTensor


@dataclasses.dataclass(frozen=True)
class BuiltinOp:
    """An op and its tensors.

    Attributes:
      name: what the schema calls it.
      inputs: what it reads; those with a content are constants, all others the file's inputs.
      outputs: what it writes, the file's outputs.
      options: the schema's class of its options, without "T"; None without.
      fields: what is in them.
    """

    name: str
    inputs: Sequence[StoredTensor]
    outputs: Sequence[StoredTensor]
    options: str | None = None
    fields: Mapping[str, object] = dataclasses.field(default_factory=dict)


def tensor(
    kind: str,
    shape: Sequence[int],
    content: np.ndarray | None = None,
    scales: Sequence[float] = (),
    zero: int = 0,
) -> StoredTensor:
    """A tensor; ``content`` makes it a constant."""
    data = None if content is None else np.frombuffer(content.tobytes(), np.uint8)
    found = np.asarray(scales, np.float32)
    zeros = np.full(len(found), zero, np.int64)
    return StoredTensor("t", kind, tuple(shape), data, scales=found, zero_points=zeros)


def builtin_model(ops: Sequence[BuiltinOp]) -> bytes:
    """A .tflite file of these ops."""
    model, graph = tflite.ModelT(), tflite.SubGraphT()
    model.version, model.buffers, model.operatorCodes = 3, [buffer_of(None)], []
    graph.tensors, graph.inputs, graph.outputs, graph.operators = [], [], [], []

    def add(stored: StoredTensor) -> int:
        new = tflite.TensorT()
        new.name, new.shape = f"t{len(graph.tensors)}", np.array(stored.shape, np.int32)
        new.type, new.buffer = getattr(tflite.TensorType, stored.type), len(model.buffers)
        if len(stored.scales):
            new.quantization = tflite.QuantizationParametersT()
            new.quantization.scale = stored.scales
            new.quantization.zeroPoint = stored.zero_points
        model.buffers.append(buffer_of(stored.content))
        graph.tensors.append(new)
        return len(graph.tensors) - 1

    for op in ops:
        code, operator = tflite.OperatorCodeT(), tflite.OperatorT()
        code.builtinCode = getattr(tflite.BuiltinOperator, op.name)
        code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), 1
        operator.opcodeIndex = len(model.operatorCodes)
        model.operatorCodes.append(code)
        operator.inputs = [add(stored) for stored in op.inputs]
        operator.outputs = [add(stored) for stored in op.outputs]
        if op.options is not None:
            operator.builtinOptionsType = getattr(tflite.BuiltinOptions, op.options)
            operator.builtinOptions = getattr(tflite, f"{op.options}T")()
            for field, value in op.fields.items():
                setattr(operator.builtinOptions, field, value)
        computed = [i for i, t in zip(operator.inputs, op.inputs) if t.content is None]
        graph.inputs += computed
        graph.outputs += operator.outputs
        graph.operators.append(operator)
    model.subgraphs = [graph]
    return packed(model)
