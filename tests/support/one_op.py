"""Files of one op of ours: of what no layer becomes, too."""

from __future__ import annotations

import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as tflite

from sbnn_converter.op_schema.packing import pack
from sbnn_converter.tflite.flatbuffer import StoredOp, StoredTensor


def one_op_model(op: StoredOp) -> bytes:
    """A .tflite file that reads the activations of ``op`` and writes its output."""
    model, graph = tflite.ModelT(), tflite.SubGraphT()
    model.version, model.buffers, graph.tensors = 3, [buffer_of(None)], []

    def tensor(stored: StoredTensor, content: np.ndarray | None = None) -> int:
        new = tflite.TensorT()
        new.name, new.shape = stored.name, np.array(stored.shape, np.int32)
        new.type = getattr(tflite.TensorType, stored.type)
        new.buffer = len(model.buffers)
        model.buffers.append(buffer_of(content))
        graph.tensors.append(new)
        return len(graph.tensors) - 1

    activations = [tensor(op.input)]
    constants = [
        tensor(StoredTensor(f"constant{i}", c.dtype.name.upper(), c.shape), c)
        for i, c in enumerate(op.constants)
    ]
    if op.other is not None:
        activations.append(tensor(op.other))
    operator, code = tflite.OperatorT(), tflite.OperatorCodeT()
    code.builtinCode, code.customCode, code.version = tflite.BuiltinOperator.CUSTOM, op.name, 1
    code.deprecatedBuiltinCode = tflite.BuiltinOperator.CUSTOM
    operator.inputs = [activations[0], *constants, *activations[1:]]
    operator.outputs = [tensor(op.output)]
    operator.customOptions = np.frombuffer(pack(op.options), np.uint8)
    graph.inputs, graph.outputs, graph.operators = activations, operator.outputs, [operator]
    model.operatorCodes, model.subgraphs = [code], [graph]
    return packed(model)


def packed(model: tflite.ModelT) -> bytes:
    """The file of a model."""
    builder = flatbuffers.Builder(4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def buffer_of(content: np.ndarray | None) -> tflite.BufferT:
    """A buffer with these numbers; None: an empty one."""
    buffer = tflite.BufferT()
    if content is not None:
        buffer.data = np.frombuffer(content.tobytes(), np.uint8)
    return buffer
