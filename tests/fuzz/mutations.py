"""Damages TFLite flatbuffers, the same way for the same seed.

Half of the damage is blind: bits, bytes, blocks, ends, parts of other files. The other half
changes what the schema has a field for, so that a file stays whole as far as offsets go.
"""

from __future__ import annotations

import struct

import numpy as np

from sbnn_converter.tflite.structure import Walk

_STRANGE = [0, 1, -1, 2, 3, 7, 31, 32, 127, 128, 255, 256, 9999, 32767, 65536]
_STRANGE += [2**30, 2**31 - 1, -(2**31)]
_STRANGE_FLOATS = [0.0, -1.0, 1e-30, 1e30, float("inf"), float("nan"), 2.0**-20, 300.0]
_CODES = {1: "b", 2: "h", 4: "i", 8: "q"}


def offsets_of(content: bytes) -> list[int]:
    """Where in a whole file its schema has an offset."""
    walk = _Places(content)
    walk.walk()
    return walk.offsets


class _Places(Walk):
    """Notes every number that a file's schema has a name for."""

    def __init__(self, content: bytes):
        super().__init__(content)
        self.found: dict[tuple[int, int], str] = {}
        self.offsets: list[int] = []

    def target(self, at: int, where: str) -> int:
        self.offsets.append(at)
        return super().target(at, where)

    def check_place(self, at: int, size: int, alignment: int, where: str) -> None:
        super().check_place(at, size, alignment, where)
        if alignment in _CODES:
            for place in range(at, at + min(size, 64), alignment):
                self.found[place, alignment] = where


class Mutator:
    """Makes damaged files of whole ones.

    Args:
      files: the whole ones.
    """

    def __init__(self, files: list[bytes]):
        self._files = files
        self._places: dict[int, list[tuple[int, int, str]]] = {}

    def damaged(self, seed: int) -> bytes:
        """The damaged file of number ``seed``."""
        rng = np.random.default_rng(seed)
        number = int(rng.integers(len(self._files)))
        content = bytearray(self._files[number])
        ways = [self._bits, self._bytes, self._block, self._end, self._splice]
        if rng.integers(3):
            for _ in range(rng.choice([1, 1, 1, 2, 3])):
                self._field(content, rng, number)
        else:
            ways[rng.integers(len(ways))](content, rng)
        return bytes(content)

    def _field(self, content: bytearray, rng, number: int) -> None:
        if number not in self._places:
            walk = _Places(self._files[number])
            walk.walk()
            self._places[number] = [(*key, where) for key, where in walk.found.items()]
        places = self._places[number]
        # Names first: most places belong to a few of them.
        names = sorted({where for *_, where in places})
        name = names[rng.integers(len(names))]
        places = [place for place in places if place[2] == name]
        at, width, where = places[rng.integers(len(places))]
        code = _CODES[width]
        if where == "QuantizationParameters.Scale":
            struct.pack_into("<f", content, at, _STRANGE_FLOATS[rng.integers(8)])
            return
        (before,) = struct.unpack_from(f"<{code}", content, at)
        values = [*_STRANGE, before + 1, before - 1, before * 2, int(rng.integers(-200, 200))]
        value = values[rng.integers(len(values))] & (1 << 8 * width) - 1
        content[at : at + width] = value.to_bytes(width, "little")

    @staticmethod
    def _bits(content: bytearray, rng) -> None:
        for _ in range(rng.integers(1, 9)):
            content[rng.integers(len(content))] ^= 1 << rng.integers(8)

    @staticmethod
    def _bytes(content: bytearray, rng) -> None:
        for _ in range(rng.integers(1, 17)):
            content[rng.integers(len(content))] = rng.integers(256)

    @staticmethod
    def _block(content: bytearray, rng) -> None:
        at, size = rng.integers(len(content)), rng.integers(1, 129)
        content[at : at + size] = rng.bytes(len(content[at : at + size]))

    @staticmethod
    def _end(content: bytearray, rng) -> None:
        if rng.integers(4):
            del content[rng.integers(len(content)) :]
        else:
            content += rng.bytes(int(rng.integers(1, 100)))

    def _splice(self, content: bytearray, rng) -> None:
        other = self._files[rng.integers(len(self._files))]
        start = int(rng.integers(len(other)))
        part = other[start : start + int(rng.integers(4, 400))]
        at = int(rng.integers(len(content))) // 4 * 4
        content[at : at + (len(part) if rng.integers(2) else 0)] = part
