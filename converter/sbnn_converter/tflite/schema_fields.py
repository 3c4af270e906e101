"""Which fields a table of the TFLite schema has, and what stands in them.

The schema's Python classes read a field without looking whether it lies inside the file,
and say nowhere what it is. They tell when they are asked to read from a table that writes
down what they ask of it, so that no second copy of the schema is needed here.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
from types import FunctionType
from typing import Any

from sbnn_converter.tflite import schema

_FIRST_SLOT = 4  # bytes of a table's layout in front of its first field

# The numbers of which enumeration tell the table in a union.
_UNIONS = {
    "BuiltinOptions": "BuiltinOptions",
    "BuiltinOptions2": "BuiltinOptions2",
    "Details": "QuantizationDetails",
    "ArraySegments": "SparseIndexVector",
    "ArrayIndices": "SparseIndexVector",
}

# What the numbers of a field of one byte stand for; the schema's classes do not say.
_ENUMERATIONS = {
    "Type": "TensorType",
    "InDataType": "TensorType",
    "OutDataType": "TensorType",
    "OutputType": "TensorType",
    "Padding": "Padding",
    "FusedActivationFunction": "ActivationFunctionType",
    "WeightsFormat": "FullyConnectedOptionsWeightsFormat",
    "KernelType": "LSTMKernelType",
    "Mode": "MirrorPadMode",
    "CustomOptionsFormat": "CustomOptionsFormat",
}


class Kind(enum.Enum):
    """What a field, or an element of a vector, is."""

    NUMBER = enum.auto()
    STRING = enum.auto()
    TABLE = enum.auto()
    UNION = enum.auto()


@dataclasses.dataclass(frozen=True)
class Field:
    """A field of a table.

    Attributes:
      name: as the schema's classes call it.
      slot: its place among the table's fields, from 0.
      kind: what it is, or what the elements of its vector are.
      vector: whether it is a vector.
      width: bytes of a number; 4, those of an offset, for all else.
      table: the class of a table.
      tables: those that a union may hold, by the number in its type's field.
      meanings: of the numbers that may stand in it; None: any may.
    """

    name: str
    slot: int
    kind: Kind
    vector: bool
    width: int
    table: str = ""
    tables: dict[int, str] = dataclasses.field(default_factory=dict)
    meanings: dict[int, str] | None = None


@functools.cache
def fields_of(table: str) -> dict[int, Field]:
    """The fields of the schema's class ``table`` by slot."""
    cls = getattr(schema, table)
    readers = [function for function in vars(cls).values() if isinstance(function, FunctionType)]
    found = [_field(cls, reader) for reader in readers if reader.__name__ != "Init"]
    return {field.slot: field for field in found if field is not None}


@functools.cache
def slot_of(table: str, name: str) -> int:
    """The slot of the field ``name`` of the class ``table``."""
    return next(f.slot for f in fields_of(table).values() if f.name == name)


class _Asked:
    """Stands where a reader expects a table in a file."""

    Pos = 0
    Bytes = b""

    def __init__(self) -> None:
        self.slot = -1
        self.kind: Kind | None = None
        self.vector = False
        self.width = 4

    def Offset(self, place: int) -> int:
        self.slot = (place - _FIRST_SLOT) // 2
        return _FIRST_SLOT

    def Get(self, flags: Any, place: int) -> int:
        self.kind, self.width = Kind.NUMBER, flags.bytewidth
        return 0

    def Vector(self, place: int) -> int:
        self.vector = True
        return 0

    def String(self, place: int) -> bytes:
        self.kind = Kind.STRING
        return b""

    def Indirect(self, place: int) -> int:
        self.kind = Kind.TABLE
        return 0

    def Union(self, to: Any, place: int) -> None:
        self.kind = Kind.UNION

    # Of vectors that other readers read as well.
    def VectorLen(self, place: int) -> int:
        return 0

    def GetVectorAsNumpy(self, flags: Any, place: int) -> None:
        return None


def _field(cls: type, reader: FunctionType) -> Field | None:
    """The field that ``reader`` reads; None if it reads no value of one."""
    table, asked = cls(), _Asked()
    table._tab = asked
    element = (0,) if reader.__code__.co_argcount == 2 else ()
    found = reader(table, *element)
    if asked.kind is None:
        return None
    name = reader.__name__
    return Field(
        name,
        asked.slot,
        asked.kind,
        asked.vector,
        asked.width,
        table=type(found).__name__ if asked.kind is Kind.TABLE else "",
        tables=schema.enumeration(_UNIONS[name]) if asked.kind is Kind.UNION else {},
        meanings=_meanings(name) if asked.kind is Kind.NUMBER and asked.width == 1 else None,
    )


def _meanings(name: str) -> dict[int, str] | None:
    return schema.enumeration(_ENUMERATIONS[name]) if name in _ENUMERATIONS else None
