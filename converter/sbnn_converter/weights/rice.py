"""Golomb-Rice codes of the gaps between ones: within a few percent of the bound for sparse
kernels, and decoded with one shift a connection."""

from __future__ import annotations

import numpy as np

from sbnn_converter.weights.coded import CorruptCode, WeightCode
from sbnn_converter.weights.streams import StreamCoding, code_words, gaps_of, numbers_at

MAX_PARAMETER = 30


class Rice(StreamCoding):
    """Its parameter is the number of low bits of a gap that stand as they are."""

    name = "rice"
    number = 1
    has_parameter = True

    def write_bits(self, kernel: np.ndarray) -> tuple[np.ndarray, int]:
        gaps = gaps_of(kernel)
        parameter, total = best_parameter(gaps)
        return _rice_bits(gaps, parameter, total), parameter

    def read_bits(self, bits: np.ndarray, code: WeightCode) -> tuple[np.ndarray, int]:
        if not 0 <= code.parameter <= MAX_PARAMETER:
            raise CorruptCode(f"found Rice parameter {code.parameter}, wanted 0 to {MAX_PARAMETER}")
        if code.connections == 0:
            return np.zeros(0, np.int64), 0
        k = code.parameter
        ones = np.flatnonzero(bits)
        widths = np.full(len(ones), k)
        unary_ends, quotients, widths = code_words(ones, widths, code)
        if int(quotients.max()) > code.weights >> k:
            raise CorruptCode(f"found a gap beyond {code.weights} weights")
        low = numbers_at(bits, unary_ends + 1, k)
        return np.cumsum((quotients << k) + low + 1) - 1, int(unary_ends[-1]) + 1 + k


def best_parameter(gaps: np.ndarray) -> tuple[int, int]:
    """The Rice parameter that makes the code of ``gaps`` shortest, and its bits.

    The length is convex in the parameter: stop where it starts to grow.
    """
    best = (0, int(gaps.sum()) + gaps.size)
    for parameter in range(1, MAX_PARAMETER + 1):
        bits = int((gaps >> parameter).sum()) + (1 + parameter) * gaps.size
        if bits > best[1]:
            break
        best = (parameter, bits)
    return best


def _rice_bits(gaps: np.ndarray, parameter: int, total: int) -> np.ndarray:
    bits = np.zeros(total, bool)
    quotients = gaps >> parameter
    # Each code word: `quotient` zeros, a one, `parameter` low bits of the gap.
    ends = np.cumsum(quotients + 1 + parameter)
    bits[ends - parameter - 1] = True
    for place in range(parameter):
        bits[ends - 1 - place] = (gaps >> place) & 1
    return bits
