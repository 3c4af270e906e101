"""Reads the SBNN ops of a TFLite flatbuffer."""

from __future__ import annotations

import dataclasses

import numpy as np
from flatbuffers import flexbuffers
from tensorflow.lite.python import schema_py_generated as schema

_PREFIX = "Sbnn"


@dataclasses.dataclass(frozen=True)
class StoredOp:
    """One SBNN op as it stands in a file.

    Attributes:
      name: custom code, such as ``SbnnDense``.
      options: its attributes.
      constants: its constant inputs, int32 or float32 arrays.
    """

    name: str
    options: dict[str, int]
    constants: list[np.ndarray]

    @property
    def code_bytes(self) -> int:
        """Bytes of the weight code; 0 for ops without weights."""
        return self.constants[0].nbytes if "connections" in self.options else 0


def read_sbnn_ops(model: bytes) -> list[StoredOp]:
    """The SBNN ops of ``model`` in the order in which they run."""
    root = schema.Model.GetRootAsModel(model, 0)
    ops = []
    for graph in (root.Subgraphs(i) for i in range(root.SubgraphsLength())):
        for operator in (graph.Operators(i) for i in range(graph.OperatorsLength())):
            code = root.OperatorCodes(operator.OpcodeIndex()).CustomCode()
            name = code.decode() if code else ""
            if name.startswith(_PREFIX):
                options = flexbuffers.Loads(operator.CustomOptionsAsNumpy().tobytes())
                constants = [
                    _constant(root, graph.Tensors(i))
                    for i in operator.InputsAsNumpy()[1:]
                ]
                ops.append(StoredOp(name, options, constants))
    return ops


def _constant(root, tensor) -> np.ndarray:
    dtype = np.float32 if tensor.Type() == schema.TensorType.FLOAT32 else np.int32
    data = root.Buffers(tensor.Buffer()).DataAsNumpy()
    if isinstance(data, int):  # how flatbuffers says "no data"
        return np.zeros(0, dtype)
    return np.frombuffer(data.tobytes(), dtype)
