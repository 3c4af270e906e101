"""A byte for each gap between ones: half as large again as Golomb-Rice codes near 5 % ones, and
read in a third of the time.

A byte of 255 is no connection: the gap goes on behind 255 weights more.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.tensors.face import Face
from sbnn_converter.weights.coded import Connections, CorruptCode, WeightCode, is_signed
from sbnn_converter.weights.signs import sign_words_of, signs_of, subtracting
from sbnn_converter.weights.streams import gaps_of

_SKIP = 255


class ByteGaps:
    """Its parameter is 1 where some gaps take more than a byte."""

    name = "bytes"
    number = 4
    has_parameter = True

    def suits(self, op: str, reads: Face) -> bool:
        return True

    def sign_words(self, code: WeightCode) -> int:
        return sign_words_of(code)

    def write(self, kernel: np.ndarray) -> tuple[np.ndarray, int]:
        skips, gaps = np.divmod(gaps_of(kernel), _SKIP)
        ends = np.cumsum(skips + 1)
        length = int(ends[-1]) if ends.size else 0
        row = np.full(max(4, -(-length // 4) * 4), _SKIP, np.uint8)
        row[ends - 1] = gaps
        words = row.view("<u4").astype(np.uint32)
        if is_signed(kernel):
            words = np.append(words, signs_of(kernel))
        return words, int(skips.any())

    def read(self, code: WeightCode) -> Connections:
        if code.parameter not in (0, 1):
            raise CorruptCode(f"found parameter {code.parameter} of bytes, wanted 0 or 1")
        words = np.asarray(code.words)
        signs = self.sign_words(code)
        row = words[: max(0, len(words) - signs)].astype("<u4").view(np.uint8)
        places = np.flatnonzero(row != _SKIP)
        if len(places) != code.connections:
            raise CorruptCode(f"found {len(places)} ones in the bytes, wanted {code.connections}")
        end = int(places[-1]) + 1 if len(places) else 0
        wanted = max(1, -(-end // 4))
        if len(row) != 4 * wanted:
            raise CorruptCode(f"found {len(words)} words, wanted {wanted + signs}")
        if code.parameter == 0 and end != len(places):
            raise CorruptCode("found gaps of more than a byte, wanted none with parameter 0")
        steps = row[:end].astype(np.int64) + (row[:end] != _SKIP)
        indices = np.cumsum(steps)[places] - 1
        if len(indices) and indices[-1] >= code.weights:
            raise CorruptCode(f"found a connection at {indices[-1]} of {code.weights} weights")
        return Connections(indices, subtracting(words[len(row) // 4 :], code))
