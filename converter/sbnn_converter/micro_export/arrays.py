"""Numbers as C arrays."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import numpy as np

_C_TYPES = {
    "float32": "float",
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "int32": "int32_t",
    "int64": "int64_t",
    "bool": "bool",
}


def aligned_bytes(content: bytes) -> str:
    """The initializer's lines for an array of ``unsigned char``."""
    lines = (content[at : at + 16] for at in range(0, len(content), 16))
    return "\n".join("    " + " ".join(f"{byte},".rjust(4) for byte in line) for line in lines)


def array_of(name: str, values: np.ndarray) -> str:
    """``const TYPE name[] = {...};`` with all elements of ``values``.

    Raises:
      KeyError: C has no such type.
    """
    kind = _C_TYPES[values.dtype.name]
    body = "\n".join(_lines(_literals(values)))
    return f"const {kind} {name}[] = {{\n{body}\n}};"


def _literals(values: np.ndarray) -> Iterable[str]:
    if values.dtype == np.float32:
        return (np.format_float_scientific(v, unique=True, trim="0") + "f" for v in values.flat)
    if values.dtype == np.bool_:
        return ("true" if v else "false" for v in values.flat)
    return (str(int(v)) for v in values.flat)


def _lines(literals: Iterable[str]) -> list[str]:
    text = ", ".join(literals) + ","
    return textwrap.wrap(text, 88, initial_indent="    ", subsequent_indent="    ")
