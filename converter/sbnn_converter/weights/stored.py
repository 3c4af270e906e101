"""The kernel of an op as it stands in a file: its layout and its code."""

from __future__ import annotations

import dataclasses

import numpy as np

from sbnn_converter.tflite.flatbuffer import StoredOp
from sbnn_converter.weights.code import WeightCode
from sbnn_converter.weights.decoder import decode
from sbnn_converter.weights.layout import KernelLayout, layout_of


@dataclasses.dataclass(frozen=True)
class StoredKernel:
    """The coded weights of one op.

    Attributes:
      layout: the order of its weights in the code and in Keras.
      code: the code.
    """

    layout: KernelLayout
    code: WeightCode

    def ones(self) -> np.ndarray:
        """The decoded kernel: boolean, of shape ``layout.code_shape``.

        Raises:
          CorruptCode: it cannot be decoded.
        """
        ones = np.zeros(self.layout.weights, bool)
        ones[decode(self.code)] = True
        return ones.reshape(self.layout.code_shape)

    def keras_indices(self) -> np.ndarray:
        """The connections as flat indices of the Keras kernel, see ``to_keras``.

        Raises:
          CorruptCode: it cannot be decoded.
        """
        return self.layout.to_keras(decode(self.code))


def stored_kernel(op: StoredOp) -> StoredKernel:
    """Reads how an op's kernel is coded, without decoding it.

    Raises:
      ValueError: an option is missing or out of its range, or the op is unknown.
    """
    layout = layout_of(op)
    code = WeightCode(
        words=op.constants[0].view(np.uint32),
        code=whole_number(op, "code"),
        parameter=whole_number(op, "code_parameter"),
        connections=whole_number(op, "connections"),
        weights=layout.weights,
        outputs=layout.code_shape[0],
    )
    return StoredKernel(layout, code)


def whole_number(op: StoredOp, name: str) -> int:
    """An option of an op.

    Raises:
      ValueError: it is missing, or no whole number.
    """
    value = op.options.get(name)
    if not isinstance(value, int):
        found = "nothing" if value is None else repr(value)
        raise ValueError(f"found {found} as option '{name}', wanted a whole number")
    return value
