"""Types of tensor elements: one table for all that the converter asks of them."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class ElementType:
    """A type as TensorFlow Lite's schema has it.

    Attributes:
      name: what the schema calls it.
      bytes: of one element.
      c: what the exports call it in C; None where no kernel of ours takes it.
      kernel: its number in the kernels' own interface, ``sbnn_type`` of
        ``runtime/ops/op.h``; None likewise.
    """

    name: str
    bytes: int
    c: str | None = None
    kernel: int | None = None

    @property
    def numpy(self) -> np.dtype | None:
        """The same in NumPy; None where that has none."""
        try:
            return np.dtype(self.name.lower())
        except TypeError:
            return None

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the largest whole number of an integer type."""
        found = np.iinfo(self.numpy)
        return int(found.min), int(found.max)


_TYPES = {
    kind.name: kind
    for kind in (
        ElementType("FLOAT32", 4, c="float", kernel=0),
        ElementType("INT32", 4, c="int32_t", kernel=1),
        ElementType("INT8", 1, c="int8_t", kernel=2),
        ElementType("INT16", 2, c="int16_t", kernel=3),
        ElementType("UINT8", 1, c="uint8_t"),
        ElementType("BOOL", 1),
        ElementType("UINT16", 2),
        ElementType("FLOAT16", 2),
        ElementType("UINT32", 4),
        ElementType("INT64", 8),
        ElementType("UINT64", 8),
        ElementType("FLOAT64", 8),
        ElementType("COMPLEX64", 8),
    )
}
# What the kernels call any other type.
OTHER_KERNEL_TYPE = 4


def element_type(name: str) -> ElementType:
    """The type that the schema calls ``name``; of unknown ones 4 bytes are assumed."""
    return _TYPES.get(name) or ElementType(name, 4)


def type_of(values: np.ndarray) -> ElementType:
    """The type of an array's elements."""
    return element_type(values.dtype.name.upper())
