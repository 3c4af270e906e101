"""Numbers as C arrays."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import numpy as np

from sbnn_converter.tensors.types import type_of

# What interpreters feed beside the types of the kernels.
_OTHERS = {"INT64": "int64_t", "BOOL": "bool"}


def aligned_bytes(content: bytes) -> str:
    """The initializer's lines for an array of ``unsigned char``."""
    lines = (content[at : at + 16] for at in range(0, len(content), 16))
    return "\n".join("    " + " ".join(f"{byte},".rjust(4) for byte in line) for line in lines)


def array_of(name: str, values: np.ndarray) -> str:
    """``const TYPE name[] = {...};`` with all elements of ``values``.

    Raises:
      KeyError: C has no such type.
    """
    found = type_of(values)
    kind = found.c or _OTHERS[found.name]
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
