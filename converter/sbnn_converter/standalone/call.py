"""What the export writes for one op, and the pieces of C text that it consists of."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from sbnn_converter.tensors.types import element_type
from sbnn_converter.tflite.flatbuffer import StoredTensor


class NotExportable(ValueError):
    """There is no kernel for an op. The message says what stands in the way."""


@dataclasses.dataclass(frozen=True)
class Call:
    """The C text of one op.

    Attributes:
      statements: run in this order. ``{name}`` stands for a pointer to the tensor
        ``places[name]``, ``{scratch}`` for the scratch memory.
      places: what the statements read and write.
      functions: the kernels they call.
      constants: definitions that they need: name to C text.
      scratch_bytes: scratch memory on a 32-bit machine.
      scratch_query: a C expression for the same on the machine at hand.
      headers: what has to be included.
    """

    statements: tuple[str, ...]
    places: Mapping[str, StoredTensor]
    functions: tuple[str, ...]
    constants: Mapping[str, str] = dataclasses.field(default_factory=dict)
    scratch_bytes: int = 0
    scratch_query: str | None = None
    headers: tuple[str, ...] = ("c/net.h",)


def c_name(name: str) -> str:
    """What the element type ``name`` of the schema is in C.

    Raises:
      NotExportable: the kernels have none for it.
    """
    found = element_type(name).c
    if found is None:
        raise NotExportable(f"found {name.lower()}, for which there is no kernel")
    return found


def array(kind: str, name: str, values: np.ndarray) -> str:
    """The definition of a constant array."""
    flat = np.asarray(values).ravel()
    if flat.dtype == np.float32:
        items = [float_literal(v) for v in flat]
    elif kind == "uint32_t":
        items = [f"0x{int(v) & 0xFFFFFFFF:x}u" for v in flat]
    else:
        items = [int_literal(v) for v in flat]
    lines, line = [], " "
    for item in items:
        if len(line) + len(item) + 2 > 80:
            lines.append(line)
            line = " "
        line += f" {item},"
    lines.append(line)
    return f"static const {kind} {name}[{len(flat)}] = {{\n" + "\n".join(lines) + "\n};"


def initializer(fields: Mapping[str, object]) -> str:
    """What a struct is initialized with; fields that are 0 may be left out."""
    return "{" + ", ".join(f".{field} = {value}" for field, value in fields.items()) + "}"


def struct(kind: str, name: str, fields: Mapping[str, object]) -> str:
    """The definition of a constant struct."""
    return f"static const {kind} {name} = {initializer(fields)};"


def int_literal(value: int) -> str:
    value = int(value)
    return "(-2147483647 - 1)" if value == -(2**31) else str(value)


def float_literal(value: float) -> str:
    """A float32 exactly, in hexadecimal, or as the limit of its range."""
    value = float(np.float32(value))
    if np.isnan(value):
        raise NotExportable("a constant is not a number")
    if np.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return f"{value.hex()}f"


def decimal_literal(value: float) -> str:
    """A float32 exactly, in the nine decimal digits that every C++ reads, too."""
    text = f"{float(np.float32(value)):.9g}"
    return text + ("f" if set(text) & set(".e") else ".0f")
