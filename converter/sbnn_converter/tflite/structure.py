"""Whether every table, vector and string of a TFLite flatbuffer lies inside it.

Runtimes follow offsets without looking, and so does the flatbuffers library for Python,
which has no verifier. This is what its C++ library calls one, over the schema's fields.
"""

from __future__ import annotations

import struct

from sbnn_converter.tflite.damage import WAY_OUT, DamagedFile
from sbnn_converter.tflite.schema_fields import Field, Kind, fields_of, slot_of

_ROOT = "Model"
_LEAST_BYTES = 8  # the root's offset and the identifier
_MOST_BYTES = 2**31 - 1  # offsets have 32 bits, those to a table's layout a sign

# What runtimes read without asking whether it is there.
_NEEDED = {
    "Model": ["OperatorCodes", "Subgraphs", "Buffers"],
    "SubGraph": ["Tensors", "Inputs", "Outputs"],
    "Metadata": ["Name"],
    "SignatureDef": ["Inputs", "Outputs"],
    "TensorMap": ["Name"],
}


def check_structure(content: bytes) -> None:
    """Checks all offsets of ``content``, and that they are aligned.

    Raises:
      DamagedFile: one leads out of the file; the message names the schema's field.
    """
    if not _LEAST_BYTES < len(content) <= _MOST_BYTES:
        raise _damaged(f"it has {len(content)} bytes")
    Walk(content).walk()


def _damaged(what: str) -> DamagedFile:
    return DamagedFile(f"the TFLite flatbuffer is damaged: {what}; {WAY_OUT}")


class Walk:
    """Goes through the tables of a file, each once however often it is pointed to.

    Args:
      content: the file.
    """

    def __init__(self, content: bytes):
        self._content = content
        self._size = len(content)
        self._seen: set[tuple[str, int]] = set()
        self._pending: list[tuple[str, int]] = []
        # No honest file has more offsets than room for them. Vectors that lie over one
        # another could have as many as its square.
        self._offsets_left = len(content) // 4

    def walk(self) -> None:
        """Checks all that the root leads to."""
        self.follow(0, _ROOT, "the root")
        while self._pending:
            self._check_table(*self._pending.pop())

    def follow(self, at: int, table: str, where: str) -> None:
        """Notes the table that the offset at ``at`` points to."""
        found = (table, self.target(at, where))
        if found not in self._seen:
            self._seen.add(found)
            self._pending.append(found)

    def _number(self, code: str, at: int, where: str):
        width = struct.calcsize(code)
        self.check_place(at, width, width, where)
        return struct.unpack_from(f"<{code}", self._content, at)[0]

    def check_place(self, at: int, size: int, alignment: int, where: str) -> None:
        """Checks that ``size`` bytes from ``at`` on lie inside the file, aligned."""
        if at < 0 or at + size > self._size:
            raise _damaged(f"{where} leads to bytes {at} to {at + size} of {self._size}")
        if at % alignment:
            raise _damaged(f"{where} leads to byte {at}, wanted a multiple of {alignment}")

    def target(self, at: int, where: str) -> int:
        """The place that the offset at ``at`` points to."""
        self._offsets_left -= 1
        if self._offsets_left < 0:
            raise _damaged("its vectors lie over one another")
        offset = self._number("I", at, where)
        if offset == 0:
            raise _damaged(f"{where} points nowhere")
        return at + offset

    def _check_table(self, name: str, at: int) -> None:
        layout = at - self._number("i", at, name)
        layout_size = self._number("H", layout, f"layout of {name}")
        if layout_size < 4 or layout_size % 2:
            raise _damaged(f"the layout of {name} has {layout_size} bytes")
        self.check_place(layout, layout_size, 2, f"layout of {name}")
        size, *places = struct.unpack_from(f"<{layout_size // 2 - 1}H", self._content, layout + 2)
        self.check_place(at, size, 4, name)
        fields = fields_of(name)
        for slot, place in enumerate(places):
            if place == 0:
                continue
            field = fields.get(slot)
            if field is not None:
                if not 4 <= place <= size - (4 if field.vector else field.width):
                    raise _damaged(f"{name}.{field.name} lies outside of its table")
                self._check_field(name, at, field, at + place, places)
            elif slot > max(fields, default=-1):  # else one that the schema has given up
                raise _damaged(
                    f"{name} has a field {slot}, which this TensorFlow's schema lacks; a file "
                    "of a newer version needs a newer TensorFlow"
                )
        for needed in _NEEDED.get(name, ()):
            slot = slot_of(name, needed)
            if slot >= len(places) or places[slot] == 0:
                raise _damaged(f"{name} lacks {needed}")

    def _check_field(self, name: str, table: int, field: Field, at: int, places: list[int]) -> None:
        where = f"{name}.{field.name}"
        if field.vector:
            self._check_vector(where, field, at)
        elif field.kind is Kind.NUMBER:
            self.check_place(at, field.width, field.width, where)
            if field.meanings is not None and self._content[at] not in field.meanings:
                raise _damaged(f"{where} is {self._content[at]}, which stands for nothing")
        elif field.kind is Kind.STRING:
            self._check_string(where, at)
        elif field.kind is Kind.TABLE:
            self.follow(at, field.table, where)
        else:
            slot = slot_of(name, f"{field.name}Type")
            place = places[slot] if slot < len(places) else 0
            number = self._content[table + place] if place else 0
            if number not in field.tables:
                raise _damaged(f"{where} is of a kind {number}, which the schema lacks")
            if number:
                self.follow(at, field.tables[number], where)

    def _check_vector(self, where: str, field: Field, at: int) -> None:
        start = self.target(at, where)
        count = self._number("I", start, where)
        self.check_place(start + 4, count * field.width, field.width, where)
        if field.kind is Kind.NUMBER or (where, start) in self._seen:
            return
        self._seen.add((where, start))
        for place in range(start + 4, start + 4 + 4 * count, 4):
            if field.kind is Kind.STRING:
                self._check_string(where, place)
            else:
                self.follow(place, field.table, where)

    def _check_string(self, where: str, at: int) -> None:
        start = self.target(at, where)
        size = self._number("I", start, where)
        self.check_place(start + 4, size + 1, 1, where)
        text = self._content[start + 4 : start + 5 + size]
        if text[-1] or not _is_text(text):
            raise _damaged(f"{where} is no text")


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
