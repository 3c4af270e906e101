"""Reads the ops of a TFLite flatbuffer."""

from __future__ import annotations

import dataclasses

import numpy as np
from flatbuffers import flexbuffers

from sbnn_converter.tflite import schema
from sbnn_converter.tflite.names import layer_name

_PREFIX = "Sbnn"
_BUILTIN_NAMES = {
    number: name for name, number in vars(schema.BuiltinOperator).items() if name[0] != "_"
}


class DamagedFile(ValueError):
    """Bytes that begin like a TFLite flatbuffer and cannot be read as one."""


@dataclasses.dataclass(frozen=True)
class StoredOp:
    """One SBNN op as it stands in a file.

    Attributes:
      name: custom code, such as ``SbnnDense``.
      options: its attributes.
      constants: its constant inputs, int32 or float32 arrays.
      layer: the Keras layer that its weights come from; ``None`` if it has no
        weights or the file does not tell.
    """

    name: str
    options: dict[str, int]
    constants: list[np.ndarray]
    layer: str | None = None

    @property
    def code_bytes(self) -> int:
        """Bytes of the weight code; 0 for ops without weights."""
        return self.constants[0].nbytes if "connections" in self.options else 0


@dataclasses.dataclass(frozen=True)
class StoredModel:
    """What a .tflite file holds.

    Attributes:
      bytes: size of the file.
      sbnn_ops: its SBNN ops, in the order in which they run.
      other_ops: the names of all other ops, in that order.
      constant_bytes: size of all constants, each counted once.
    """

    bytes: int
    sbnn_ops: list[StoredOp]
    other_ops: list[str]
    constant_bytes: int


def read_stored_model(model: bytes) -> StoredModel:
    """Takes the flatbuffer ``model`` apart.

    Raises:
      DamagedFile: something in it points nowhere.
    """
    try:
        return _read(model)
    except DamagedFile:
        raise
    except Exception as error:
        # The flatbuffers library does not verify; it fails in whatever way the
        # wrong bytes lead it to (struct, index, type, unicode, memory).
        raise DamagedFile(
            "the TFLite flatbuffer is damaged "
            f"({type(error).__name__} while reading it); convert the model again"
        ) from error


def read_sbnn_ops(model: bytes) -> list[StoredOp]:
    """The SBNN ops of ``model`` in the order in which they run.

    Raises:
      DamagedFile: the flatbuffer cannot be read.
    """
    return read_stored_model(model).sbnn_ops


def _read(model: bytes) -> StoredModel:
    root = schema.Model.GetRootAsModel(model, 0)
    sbnn_ops, other_ops = [], []
    for graph in (root.Subgraphs(i) for i in range(root.SubgraphsLength())):
        for operator in (graph.Operators(i) for i in range(graph.OperatorsLength())):
            code = root.OperatorCodes(operator.OpcodeIndex())
            name = _op_name(code)
            if name.startswith(_PREFIX):
                sbnn_ops.append(_read_op(root, graph, operator, name))
            else:
                other_ops.append(name)
    constant_bytes = sum(
        root.Buffers(i).DataLength() for i in range(root.BuffersLength())
    )
    return StoredModel(len(model), sbnn_ops, other_ops, constant_bytes)


def _op_name(code) -> str:
    if code.CustomCode():
        return code.CustomCode().decode()
    # Old files have the number in a byte, newer ones in a field of its own.
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    return _BUILTIN_NAMES.get(number, f"op {number}")


def _read_op(root, graph, operator, name: str) -> StoredOp:
    raw = operator.CustomOptionsAsNumpy()
    options = {} if isinstance(raw, int) else flexbuffers.Loads(raw.tobytes())
    if not isinstance(options, dict):
        raise DamagedFile(f"{name}: the options are no map; convert the model again")
    tensors = [graph.Tensors(i) for i in operator.InputsAsNumpy()[1:]]
    layer = None
    if "connections" in options and tensors:
        layer = layer_name((tensors[0].Name() or b"").decode())
    return StoredOp(name, options, [_constant(root, t) for t in tensors], layer)


def _constant(root, tensor) -> np.ndarray:
    dtype = np.float32 if tensor.Type() == schema.TensorType.FLOAT32 else np.int32
    data = root.Buffers(tensor.Buffer()).DataAsNumpy()
    if isinstance(data, int):  # how flatbuffers says "no data"
        return np.zeros(0, dtype)
    return np.frombuffer(data.tobytes(), dtype)
