"""Edits the main graph of a TFLite flatbuffer."""

from __future__ import annotations

import copy
import re

import numpy as np
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

from sbnn_converter.tensors.types import ElementType, element_type, type_of
from sbnn_converter.tflite.schema import BUILTIN_NAMES, TYPE_NAMES

_READ_AS_NUMBERS = ("INT32", "FLOAT32")
_INVENTED = re.compile(rb"(tfl\.\w+?|arith\.constant|Const|concat)_?\d*")


class FlatbufferEditor:
    """A flatbuffer as objects, with the few edits that the converter makes."""

    def __init__(self, model: bytes):
        self._model = _read(bytearray(model))
        self._graph = self._model.subgraphs[0]

    def bytes(self) -> bytes:
        """The flatbuffer as it is now."""
        return bytes(flatbuffer_utils.convert_object_to_bytearray(self._model))

    @property
    def input_count(self) -> int:
        """How many inputs the network has."""
        return len(self._graph.inputs)

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

    def name(self, operator) -> str:
        """What an operator is: its builtin name, or its custom code."""
        code = self._model.operatorCodes[operator.opcodeIndex]
        return (code.customCode or b"").decode() or BUILTIN_NAMES[schema_code(code)]

    def operators_at(self, tensor: int) -> list:
        """The operators that write or read a tensor."""
        return [
            op
            for op in self._graph.operators
            if tensor in (*_numbers(op.inputs), *_numbers(op.outputs))
        ]

    def writer(self, tensor: int):
        """The operator that writes a tensor; None for inputs and constants."""
        return next((op for op in self._graph.operators if tensor in op.outputs), None)

    def only_reader(self, tensor: int):
        """The one operator that reads a tensor, if nothing else does."""
        readers = [op for op in self._graph.operators if tensor in _numbers(op.inputs)]
        if len(readers) != 1 or self.is_port(tensor):
            return None
        return readers[0]

    def is_port(self, tensor: int) -> bool:
        """Whether a tensor is an input or output of the network."""
        return tensor in (*_numbers(self._graph.inputs), *_numbers(self._graph.outputs))

    def constant(self, tensor: int) -> np.ndarray | None:
        """The values of an int32 or float32 constant."""
        found = self._graph.tensors[tensor]
        data = self._model.buffers[found.buffer].data
        kind = self.element_type(tensor)
        if kind.name not in _READ_AS_NUMBERS or data is None or not len(data):
            return None
        values = np.frombuffer(np.asarray(data, np.uint8).tobytes(), kind.numpy)
        return values.reshape(_numbers(found.shape))

    def number(self, tensor: int) -> float | None:
        """The value of a float32 constant of one element."""
        values = self.constant(tensor)
        if values is None or values.dtype != np.float32 or values.size != 1:
            return None
        return float(values.flat[0])

    def put_constant(self, tensor: int, values: np.ndarray) -> None:
        """Makes a constant of a tensor; the operator that wrote it goes."""
        buffer = schema.BufferT()
        buffer.data = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
        found = self._graph.tensors[tensor]
        found.buffer = len(self._model.buffers)
        found.shape = np.array(values.shape, np.int32)
        found.shapeSignature, found.hasRank = None, True
        self._model.buffers.append(buffer)
        self._graph.operators = [op for op in self._graph.operators if tensor not in op.outputs]

    def channel_quantization(self, tensor: int, rank: int) -> tuple[np.ndarray, np.ndarray]:
        """Scales and zero points of a tensor of ``rank`` axes, ready to broadcast."""
        parameters = self._graph.tensors[tensor].quantization
        shape = [1] * rank
        if rank:
            shape[parameters.quantizedDimension] = -1
        scale = np.asarray(parameters.scale, np.float32).reshape(shape)
        return scale, np.asarray(_numbers(parameters.zeroPoint)).reshape(shape)

    def operators_named(self, name: str) -> list:
        """The operators of a builtin kind, in their order."""
        return [op for op in self._graph.operators if self._is(op, name)]

    def make_int16(self, tensor: int, like: int) -> None:
        """Makes a computed tensor INT16 with the quantization of tensor ``like``."""
        found = self._graph.tensors[tensor]
        found.type = schema.TensorType.INT16
        found.quantization = copy.deepcopy(self._graph.tensors[like].quantization)

    def scales(self, tensor: int) -> np.ndarray:
        """The scale of a quantized tensor, or those of its channels; float64."""
        return np.asarray(self._graph.tensors[tensor].quantization.scale, np.float64)

    def set_scales(self, tensor: int, scales: np.ndarray) -> None:
        """Quantizes a tensor of rank 1 symmetrically, as a whole or element by element."""
        parameters = schema.QuantizationParametersT()
        parameters.scale = scales.astype(np.float32)
        parameters.zeroPoint = np.zeros(len(scales), np.int64)
        self._graph.tensors[tensor].quantization = parameters

    def set_version(self, operator, version: int) -> None:
        """Says which version of its builtin op an operator needs."""
        code = copy.copy(self._model.operatorCodes[operator.opcodeIndex])
        code.version = version
        operator.opcodeIndex = len(self._model.operatorCodes)
        self._model.operatorCodes.append(code)

    def tensors_of_type(self, kind: str) -> list[int]:
        """The tensors with elements of a type, in the schema's words."""
        return [i for i in range(len(self._graph.tensors)) if self.element_type(i).name == kind]

    def variables(self) -> list[int]:
        """The float tensors in which ops keep a state."""
        return [i for i in self.tensors_of_type("FLOAT32") if self._graph.tensors[i].isVariable]

    def shape(self, tensor: int) -> tuple[int, ...]:
        """A tensor's shape, with the batch."""
        return tuple(_numbers(self._graph.tensors[tensor].shape))

    def places_of(self, tensor: int) -> list[tuple]:
        """The operators that read a tensor, each with the place among its inputs."""
        return [
            (op, place)
            for op in self._graph.operators
            for place, read in enumerate(_numbers(op.inputs))
            if read == tensor
        ]

    def copy_of(self, tensor: int) -> int:
        """A new tensor that is described as ``tensor`` is."""
        self._graph.tensors.append(copy.copy(self._graph.tensors[tensor]))
        return len(self._graph.tensors) - 1

    def make_builtin(self, operator, name: str, inputs: list[int], options) -> None:
        """Puts a builtin op in the place of ``operator``; what it writes stays."""
        number = getattr(schema.BuiltinOperator, name)
        code = schema.OperatorCodeT()
        code.builtinCode = number
        code.deprecatedBuiltinCode = min(number, 127)
        code.version = 1
        operator.opcodeIndex = len(self._model.operatorCodes)
        self._model.operatorCodes.append(code)
        operator.inputs = np.array(inputs, np.int32)
        operator.customOptions = None
        kind = type(options).__name__.removesuffix("T")
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        operator.builtinOptions = options

    def add_constant(self, values: np.ndarray, like: int) -> int:
        """A new constant of the scale of tensor ``like``, whose zero point is 0."""
        tensor = self.copy_of(like)
        found = self._graph.tensors[tensor]
        found.name = found.name + b"_constant"
        if self.element_type(like).name != "FLOAT32":
            self.set_scales(tensor, self.scales(like))
        self.put_constant(tensor, values)
        return tensor

    def shift_to_int8(self, tensor: int) -> None:
        """Says in INT8 what a UINT8 tensor says: 128 less, and so its zero point."""
        found = self._graph.tensors[tensor]
        found.type = schema.TensorType.INT8
        parameters = found.quantization
        parameters.zeroPoint = [int(z) - 128 for z in parameters.zeroPoint]
        data = self._model.buffers[found.buffer].data
        if data is not None and len(data):
            buffer = schema.BufferT()
            buffer.data = np.asarray(data, np.uint8) ^ 0x80
            found.buffer = len(self._model.buffers)
            self._model.buffers.append(buffer)

    def element_type(self, tensor: int) -> ElementType:
        """The type of a tensor's elements."""
        return element_type(TYPE_NAMES[self._graph.tensors[tensor].type])

    def integer_in_front_of(self, tensor: int) -> int | None:
        """The int8 or int16 tensor of which ``tensor`` is the DEQUANTIZE, if it is one."""
        for op in self._graph.operators:
            if tensor in op.outputs and self._is(op, "DEQUANTIZE"):
                return self._if_integer(op.inputs[0])
        return None

    def integer_behind(self, tensor: int) -> int | None:
        """The int8 or int16 tensor that a QUANTIZE, its only reader, makes of
        ``tensor``."""
        readers = self._readers(tensor)
        if len(readers) != 1 or tensor in self._graph.outputs:
            return None
        (reader,) = readers
        return self._if_integer(reader.outputs[0]) if self._is(reader, "QUANTIZE") else None

    def drop_identities(self, custom_code: str) -> None:
        """Lets what reads a custom op that gives its input back read that input."""
        for op in self.custom_operators(custom_code):
            self.read_instead(int(op.outputs[0]), int(op.inputs[0]))
            self._graph.operators.remove(op)

    def requantize_directly(self) -> None:
        """Lets every QUANTIZE behind a DEQUANTIZE read what that reads."""
        for op in self._graph.operators:
            if self._is(op, "QUANTIZE"):
                source = self.integer_in_front_of(op.inputs[0])
                if source is not None:
                    op.inputs = np.array([source], np.int32)

    def read_instead(self, old: int, new: int) -> None:
        """Lets what reads tensor ``old`` read ``new``."""
        for op in self._readers(old):
            op.inputs = np.array([new if t == old else t for t in op.inputs], np.int32)

    def set_input_type(self, place: int, kind: str) -> None:
        """Makes an input of the network, a FLOAT32 tensor, an integer one.

        Args:
          place: its number among the inputs.
          kind: INT8 or UINT8.
        """
        graph, old = self._graph, int(self._graph.inputs[place])
        if graph.tensors[old].type != schema.TensorType.FLOAT32:
            return
        quantize = [op for op in self._readers(old) if self._is(op, "QUANTIZE")]
        if quantize:
            new = int(quantize[0].outputs[0])
        else:  # nobody reads it: any scale will do
            new = self._add_tensor(old, "INT8", 1 / 128, 0)
        for op in self._readers(old):  # the same QUANTIZE, or one that reads floats
            if op in quantize:
                self.read_instead(int(op.outputs[0]), new)
        graph.operators = [op for op in graph.operators if op not in quantize]
        if self._readers(old) or old in graph.outputs:
            self._add_operator("DEQUANTIZE", new, old, first=True)
        if kind == "UINT8":
            scale, zero = self.quantization(new)
            stored = self._add_tensor(old, "UINT8", scale, zero + 128)
            self._add_operator("QUANTIZE", stored, new, first=True)
            new = stored
        graph.inputs[place] = new
        self._set_signature("inputs", old, new)

    def set_output_type(self, place: int, kind: str, scale: float, zero: int) -> None:
        """Makes an output of the network, a FLOAT32 tensor, an integer one that no
        other output is, and no input.

        Args:
          place: its number among the outputs.
          kind: INT8 or UINT8.
          scale, zero: its quantization where it has none as INT8 yet.
        """
        graph, old = self._graph, int(self._graph.outputs[place])
        if graph.tensors[old].type != schema.TensorType.FLOAT32:
            return
        new = self.integer_in_front_of(old)
        if new is None or self.element_type(new).name == "INT16":
            source = old if new is None else new
            new = self._add_tensor(old, "INT8", scale, zero)
            self._add_operator("QUANTIZE", source, new)
        if kind == "UINT8" or new in graph.inputs or new in graph.outputs:
            scale, zero = self.quantization(new)
            shift = 128 if kind == "UINT8" else 0
            copy_of = self._add_tensor(old, kind, scale, zero + shift)
            self._add_operator("QUANTIZE", new, copy_of)
            new = copy_of
        graph.outputs[place] = new
        self._set_signature("outputs", old, new, place)

    def replace_constants(self, operator, first: int, constants: list) -> None:
        """Gives an operator new constant inputs from input ``first`` on.

        The old ones stay as they are: operators with equal constants share them.
        """
        for place, value in enumerate(constants, first):
            value = np.ascontiguousarray(value)
            tensor = copy.copy(self._graph.tensors[operator.inputs[place]])
            tensor.type = getattr(schema.TensorType, type_of(value).name)
            tensor.shape = np.array(value.shape, np.int32)
            tensor.quantization = None
            tensor.isVariable = False
            buffer = schema.BufferT()
            buffer.data = value.reshape(-1).view(np.uint8)
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
        self._drop_empty()
        self._drop_buffers()
        self._drop_codes()

    def drop_invented_names(self) -> None:
        """Takes the names of tensors inside the network that TensorFlow numbered.

        They tell nothing, and a sixth of what a small file has beside its weights is names.
        """
        for number, tensor in enumerate(self._graph.tensors):
            if not self.is_port(number) and _INVENTED.fullmatch(tensor.name or b""):
                tensor.name = None

    def drop_converters_own(self) -> None:
        """Takes what TFLiteConverter says of itself and its call: no runtime reads it."""
        kept = [m for m in self._model.metadata or [] if m.name != b"CONVERSION_METADATA"]
        self._model.metadata = kept
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

    def _drop_empty(self) -> None:
        """Takes from tensors what says nothing: buffers without content, which buffer 0
        stands for, and quantizations without a scale."""
        for graph in self._model.subgraphs:
            for tensor in graph.tensors:
                data = self._model.buffers[tensor.buffer].data
                if data is None or not len(data):
                    tensor.buffer = 0
                if tensor.quantization is not None and not _says_something(tensor.quantization):
                    tensor.quantization = None

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

    def _drop_codes(self) -> None:
        operators = [op for g in self._model.subgraphs for op in g.operators]
        used = sorted({op.opcodeIndex for op in operators})
        number = {old: new for new, old in enumerate(used)}
        self._model.operatorCodes = [self._model.operatorCodes[old] for old in used]
        for operator in operators:
            operator.opcodeIndex = number[operator.opcodeIndex]

    @staticmethod
    def _seen(written: set[int], op) -> bool:
        outputs = {int(t) for t in op.outputs}
        seen = bool(outputs & written)
        written |= outputs
        return seen

    def _is(self, op, name: str) -> bool:
        code = self._model.operatorCodes[op.opcodeIndex]
        return schema_code(code) == getattr(schema.BuiltinOperator, name)

    def _if_integer(self, tensor: int) -> int | None:
        return int(tensor) if self.element_type(tensor).name in ("INT8", "INT16") else None

    def _readers(self, tensor: int) -> list:
        return [op for op in self._graph.operators if tensor in op.inputs]

    def _add_tensor(self, like: int, kind: str, scale: float, zero: int) -> int:
        """A tensor with the shape and the name of ``like``; its number."""
        tensor = copy.copy(self._graph.tensors[like])
        tensor.type = getattr(schema.TensorType, kind)
        tensor.name = tensor.name + f"_{kind.lower()}".encode()
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = np.array([scale], np.float32)
        tensor.quantization.zeroPoint = np.array([zero], np.int64)
        tensor.buffer = len(self._model.buffers)
        self._model.buffers.append(schema.BufferT())
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def _add_operator(self, name: str, x: int, y: int, first: bool = False) -> None:
        op = schema.OperatorT()
        op.opcodeIndex = self._opcode(name)
        op.inputs, op.outputs = np.array([x], np.int32), np.array([y], np.int32)
        self._graph.operators.insert(0 if first else len(self._graph.operators), op)

    def _opcode(self, name: str) -> int:
        number = getattr(schema.BuiltinOperator, name)
        for index, code in enumerate(self._model.operatorCodes):
            if schema_code(code) == number:
                return index
        code = schema.OperatorCodeT()
        code.builtinCode, code.deprecatedBuiltinCode = number, min(number, 127)
        code.version = 1
        self._model.operatorCodes.append(code)
        return len(self._model.operatorCodes) - 1

    def _set_signature(self, ports: str, old: int, new: int, place: int = -1) -> None:
        for signature in self._model.signatureDefs or []:
            for entry in getattr(signature, ports):
                name = entry.name.decode() if entry.name else ""
                if entry.tensorIndex == old and (
                    place < 0 or name in (f"output_{place}", "") or not name.startswith("output_")
                ):
                    entry.tensorIndex = new


def _read(model: bytearray):
    """The flatbuffer as the schema's objects.

    TensorFlow 2.16 has only the function for constants that lie inside of the flatbuffer, as all
    do up to 2 GB.
    """
    if hasattr(flatbuffer_utils, "read_model_from_bytearray"):
        return flatbuffer_utils.read_model_from_bytearray(model)
    return flatbuffer_utils.convert_bytearray_to_object(model)


def _numbers(vector) -> list[int]:
    return [] if vector is None else [int(number) for number in vector]


def schema_code(code) -> int:
    """A builtin operator's number; old files keep it in another field."""
    return max(code.builtinCode, code.deprecatedBuiltinCode)


def _says_something(quantization) -> bool:
    fields = (getattr(quantization, name) for name in ("scale", "zeroPoint", "min", "max"))
    return quantization.details is not None or any(f is not None and len(f) for f in fields)
