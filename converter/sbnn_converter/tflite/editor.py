"""Edits the main graph of a TFLite flatbuffer."""

from __future__ import annotations

import copy

import numpy as np
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

_TYPES = {np.dtype(np.int32): schema.TensorType.INT32,
          np.dtype(np.float32): schema.TensorType.FLOAT32}


class FlatbufferEditor:
    """A flatbuffer as objects, with the few edits that the converter makes."""

    def __init__(self, model: bytes):
        self._model = flatbuffer_utils.read_model_from_bytearray(bytearray(model))
        self._graph = self._model.subgraphs[0]

    def bytes(self) -> bytes:
        """The flatbuffer as it is now."""
        return bytes(flatbuffer_utils.convert_object_to_bytearray(self._model))

    def custom_operators(self, prefix: str) -> list:
        """Operators whose custom code begins with ``prefix``, in their order."""
        return [
            op
            for op in self._graph.operators
            if (self._model.operatorCodes[op.opcodeIndex].customCode or b"").startswith(
                prefix.encode()
            )
        ]

    def quantization(self, tensor: int) -> tuple[float, int]:
        """Scale and zero point of a tensor quantized as a whole."""
        parameters = self._graph.tensors[tensor].quantization
        return float(parameters.scale[0]), int(parameters.zeroPoint[0])

    def is_int32(self, tensor: int) -> bool:
        """Whether a tensor's type is INT32."""
        return self._graph.tensors[tensor].type == schema.TensorType.INT32

    def int8_in_front_of(self, tensor: int) -> int | None:
        """The int8 tensor of which ``tensor`` is the DEQUANTIZE, if it is one."""
        for op in self._graph.operators:
            if tensor in op.outputs and self._is(op, "DEQUANTIZE"):
                return self._if_int8(op.inputs[0])
        return None

    def int8_behind(self, tensor: int) -> int | None:
        """The int8 tensor that a QUANTIZE, its only reader, makes of ``tensor``."""
        readers = [op for op in self._graph.operators if tensor in op.inputs]
        if len(readers) == 1 and tensor not in self._graph.outputs:
            if self._is(readers[0], "QUANTIZE"):
                return self._if_int8(readers[0].outputs[0])
        return None

    def replace_constants(self, operator, first: int, constants: list) -> None:
        """Gives an operator new constant inputs from input ``first`` on.

        The old ones stay as they are: operators with equal constants share them.
        """
        for place, value in enumerate(constants, first):
            value = np.ascontiguousarray(value)
            tensor = copy.copy(self._graph.tensors[operator.inputs[place]])
            tensor.type = _TYPES[value.dtype]
            tensor.shape = np.array(value.shape, np.int32)
            tensor.quantization = None
            buffer = schema.BufferT()
            buffer.data = value.view(np.uint8)
            tensor.buffer = len(self._model.buffers)
            self._model.buffers.append(buffer)
            operator.inputs[place] = len(self._graph.tensors)
            self._graph.tensors.append(tensor)

    def drop_unread(self) -> None:
        """Removes operators, then tensors and buffers, that nothing reads."""
        graph = self._graph
        while True:
            read = {int(t) for op in graph.operators for t in op.inputs}
            read |= {int(t) for t in graph.outputs}
            kept = [op for op in graph.operators if read & {int(t) for t in op.outputs}]
            # Two operators may write one tensor after an edit: the first, ours, stays.
            written: set[int] = set()
            kept = [op for op in kept if not self._seen(written, op)]
            if len(kept) == len(graph.operators):
                break
            graph.operators = kept
        self._drop_tensors()
        self._drop_buffers()

    def _drop_tensors(self) -> None:
        graph = self._graph
        used = {int(t) for t in (*graph.inputs, *graph.outputs)}
        for op in graph.operators:
            used |= {int(t) for t in (*op.inputs, *op.outputs) if t >= 0}
        number = {old: new for new, old in enumerate(sorted(used))}
        number[-1] = -1  # an optional input that is not there
        graph.tensors = [graph.tensors[old] for old in sorted(used)]
        renumber = lambda ts: np.array([number[int(t)] for t in ts], np.int32)  # noqa: E731
        graph.inputs, graph.outputs = renumber(graph.inputs), renumber(graph.outputs)
        for op in graph.operators:
            op.inputs, op.outputs = renumber(op.inputs), renumber(op.outputs)
        for signature in self._model.signatureDefs or []:
            for entry in (*signature.inputs, *signature.outputs):
                entry.tensorIndex = number[int(entry.tensorIndex)]

    def _drop_buffers(self) -> None:
        used = {0} | {t.buffer for g in self._model.subgraphs for t in g.tensors}
        used |= {m.buffer for m in self._model.metadata or []}
        number = {old: new for new, old in enumerate(sorted(used))}
        self._model.buffers = [self._model.buffers[old] for old in sorted(used)]
        for graph in self._model.subgraphs:
            for tensor in graph.tensors:
                tensor.buffer = number[tensor.buffer]
        for entry in self._model.metadata or []:
            entry.buffer = number[entry.buffer]

    @staticmethod
    def _seen(written: set[int], op) -> bool:
        outputs = {int(t) for t in op.outputs}
        seen = bool(outputs & written)
        written |= outputs
        return seen

    def _is(self, op, name: str) -> bool:
        code = self._model.operatorCodes[op.opcodeIndex]
        return schema_code(code) == getattr(schema.BuiltinOperator, name)

    def _if_int8(self, tensor: int) -> int | None:
        is_int8 = self._graph.tensors[tensor].type == schema.TensorType.INT8
        return int(tensor) if is_int8 else None


def schema_code(code) -> int:
    """A builtin operator's number; old files keep it in another field."""
    return max(code.builtinCode, code.deprecatedBuiltinCode)
