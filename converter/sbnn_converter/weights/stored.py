"""The kernel of an op as it stands in a file: its layout and its code."""

from __future__ import annotations

import dataclasses

import numpy as np

from sbnn_converter.tflite.flatbuffer import StoredOp
from sbnn_converter.weights.code import WeightCode
from sbnn_converter.weights.coded import Connections
from sbnn_converter.weights.decoder import read_connections
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

    def keras_connections(self) -> Connections:
        """The connections at flat indices of the Keras kernel, see ``to_keras``.

        Raises:
          CorruptCode: it cannot be decoded.
        """
        indices, subtract = read_connections(self.code)
        places = self.layout.to_keras(indices)
        order = np.argsort(places)
        return Connections(places[order], subtract[order])


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
        signed=_has_signs(op),
    )
    return StoredKernel(layout, code)


def _has_signs(op: StoredOp) -> bool:
    signs = whole_number(op, "has_signs", missing=0)
    if signs not in (0, 1):
        raise ValueError(f"found {signs} as option 'has_signs', wanted 0 or 1")
    others = [whole_number(op, name) for name in ("alpha_steps", "domain_shift")]
    if signs and any(others):
        raise ValueError(
            f"found alpha_steps {others[0]} and domain_shift {others[1]} of weights with "
            "signs, wanted 0 and 0"
        )
    return bool(signs)


def whole_number(op: StoredOp, name: str, missing: int | None = None) -> int:
    """An option of an op.

    Args:
      op: the op.
      name: of the option.
      missing: what it is where a file need not have it.

    Raises:
      ValueError: it is missing, or no whole number.
    """
    value = op.options.get(name, missing)
    if not isinstance(value, int):
        found = "nothing" if value is None else repr(value)
        raise ValueError(f"found {found} as option '{name}', wanted a whole number")
    return value
