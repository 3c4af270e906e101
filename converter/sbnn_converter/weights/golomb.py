"""Golomb codes of any modulus: up to 4 % shorter than Golomb-Rice codes, near a modulus of 3,
but slower to decode."""

from __future__ import annotations

import numpy as np

from sbnn_converter.weights.coded import CorruptCode, WeightCode
from sbnn_converter.weights.streams import StreamCoding, code_words, gaps_of, numbers_at

MAX_MODULUS = 255


class Golomb(StreamCoding):
    """Its parameter is the modulus."""

    name = "golomb"
    number = 3
    has_parameter = True

    def write_bits(self, kernel: np.ndarray) -> tuple[np.ndarray, int]:
        gaps = gaps_of(kernel)
        modulus, _ = best_modulus(gaps)
        return _golomb_bits(gaps, modulus), modulus

    def read_bits(self, bits: np.ndarray, code: WeightCode) -> tuple[np.ndarray, int]:
        if not 2 <= code.parameter <= MAX_MODULUS:
            raise CorruptCode(f"found Golomb modulus {code.parameter}, wanted 2 to {MAX_MODULUS}")
        if code.connections == 0:
            return np.zeros(0, np.int64), 0
        long_bits, short_ones = _truncated_binary(code.parameter)
        ones = np.flatnonzero(bits)
        heads = numbers_at(bits, ones + 1, long_bits - 1)
        widths = np.where(heads < short_ones, long_bits - 1, long_bits)
        unary_ends, quotients, widths = code_words(ones, widths, code)
        if int(quotients.max()) > code.weights // code.parameter:
            raise CorruptCode(f"found a gap beyond {code.weights} weights")
        short = numbers_at(bits, unary_ends + 1, long_bits - 1)
        whole = numbers_at(bits, unary_ends + 1, long_bits) - short_ones
        remainders = np.where(widths == long_bits, whole, short)
        gaps = quotients * code.parameter + remainders
        return np.cumsum(gaps + 1) - 1, int(unary_ends[-1] + 1 + widths[-1])


def best_modulus(gaps: np.ndarray) -> tuple[int, int]:
    """The Golomb modulus that makes the code of ``gaps`` shortest, and its bits.

    For geometric gaps it is close to ln 2 times their mean (Gallager and Van
    Voorhis, 1975); the neighbourhood is tried.
    """
    mean = gaps.mean() if gaps.size else 0.0
    middle = int(np.clip(round(np.log(2) * (mean + 1)), 2, MAX_MODULUS))
    candidates = range(max(2, middle * 3 // 4), min(MAX_MODULUS, middle * 3 // 2) + 1)
    return min(((m, _golomb_length(gaps, m)) for m in candidates), key=lambda c: c[1])


def _truncated_binary(modulus: int) -> tuple[int, int]:
    """Bits of the long remainders, and how many of the smallest have one less."""
    bits = int(modulus - 1).bit_length()
    return bits, (1 << bits) - modulus


def _golomb_length(gaps: np.ndarray, modulus: int) -> int:
    bits, short_ones = _truncated_binary(modulus)
    quotients, remainders = np.divmod(gaps, modulus)
    short = int((remainders < short_ones).sum())
    return int(quotients.sum()) + gaps.size * (1 + bits) - short


def _golomb_bits(gaps: np.ndarray, modulus: int) -> np.ndarray:
    long_bits, short_ones = _truncated_binary(modulus)
    quotients, remainders = np.divmod(gaps, modulus)
    short = remainders < short_ones
    widths = long_bits - short
    # A long remainder is written that much larger, clear of the short ones.
    written = np.where(short, remainders, remainders + short_ones)
    ends = np.cumsum(quotients + 1 + widths)
    bits = np.zeros(int(ends[-1]) if gaps.size else 0, bool)
    bits[ends - widths - 1] = True
    for place in range(long_bits):
        has_place = place < widths
        bits[ends[has_place] - 1 - place] = (written[has_place] >> place) & 1
    return bits
