"""Reads weight codes back, in NumPy and in linear time.

A Rice code is a chain: where a code word starts is known only behind the one
before it. Following 700,000 links one by one takes Python seconds, so the chain
is followed in strides. Every one-bit of the code *could* end a unary number;
for each of them, whether it does or not, the one that would end the next is
known from their places alone. Squaring this "next" map a few times gives the map
of 256 links at once; one walk in such strides finds a start for every 256th code
word, and all stretches between them are then walked side by side.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.weights.code import (
    BITMAP,
    GOLOMB,
    MAX_MODULUS,
    MAX_PARAMETER,
    RICE,
    SLICED,
    WeightCode,
    truncated_binary,
)
from sbnn_converter.weights.sliced import unslice_kernel

_LOG_STRIDE = 8
_STRIDE = 1 << _LOG_STRIDE


class CorruptCode(ValueError):
    """A weight code that no writer makes; the message says what is wrong."""


def decode(code: WeightCode) -> np.ndarray:
    """The indices of the ones of a coded kernel.

    Checks what the C readers check (``sbnn_connections_valid``): what this
    function accepts, they accept.

    Args:
      code: the code, for example from a file.

    Returns:
      int64 array of shape ``[connections]``, ascending.

    Raises:
      CorruptCode: the words do not hold exactly ``connections`` ones below
        ``weights``, or go on behind them.
    """
    if not 0 <= code.connections <= code.weights:
        raise CorruptCode(f"found {code.connections} connections among {code.weights} weights")
    if code.code == SLICED:
        return _decode_sliced(code)
    bits = np.unpackbits(np.asarray(code.words).astype(">u4").view(np.uint8))
    if code.code == BITMAP:
        if code.parameter != 0:
            raise CorruptCode(f"found parameter {code.parameter} of a bitmap, wanted 0")
        indices, end = np.flatnonzero(bits), code.weights
    elif code.code == RICE:
        if not 0 <= code.parameter <= MAX_PARAMETER:
            raise CorruptCode(f"found Rice parameter {code.parameter}, wanted 0 to {MAX_PARAMETER}")
        indices, end = _decode_rice(bits, code)
    elif code.code == GOLOMB:
        if not 2 <= code.parameter <= MAX_MODULUS:
            raise CorruptCode(f"found Golomb modulus {code.parameter}, wanted 2 to {MAX_MODULUS}")
        indices, end = _decode_golomb(bits, code)
    else:
        raise CorruptCode(
            f"found code {code.code}, wanted 0 (bitmap), 1 (rice), 2 (sliced) or 3 (golomb)"
        )
    words = max(1, -(-end // 32))
    if len(code.words) != words:
        raise CorruptCode(f"found {len(code.words)} words, wanted {words}")
    if len(indices) != code.connections:
        raise CorruptCode(f"found {len(indices)} ones in the bitmap, wanted {code.connections}")
    if len(indices) and indices[-1] >= code.weights:
        raise CorruptCode(f"found a connection at {indices[-1]} of {code.weights} weights")
    if bits[end:].any():
        raise CorruptCode(f"found ones behind the last of {code.connections} connections")
    return indices


def _decode_sliced(code: WeightCode) -> np.ndarray:
    if code.parameter != 0:
        raise CorruptCode(f"found parameter {code.parameter} of sliced weights, wanted 0")
    try:
        words = np.asarray(code.words)
        kernel = unslice_kernel(words, code.outputs, code.weights // code.outputs)
    except ValueError as error:
        raise CorruptCode(str(error)) from error
    indices = np.flatnonzero(kernel)
    if len(indices) != code.connections:
        raise CorruptCode(f"found {len(indices)} ones, wanted {code.connections}")
    return indices


def _decode_rice(bits: np.ndarray, code: WeightCode) -> tuple[np.ndarray, int]:
    """Indices, and the place behind the last code word."""
    if code.connections == 0:
        return np.zeros(0, np.int64), 0
    k = code.parameter
    ones = np.flatnonzero(bits)
    widths = np.full(len(ones), k)
    unary_ends, quotients, widths = _code_words(ones, widths, code)
    if int(quotients.max()) > code.weights >> k:
        raise CorruptCode(f"found a gap beyond {code.weights} weights")
    low = _numbers_at(bits, unary_ends + 1, k)
    return np.cumsum((quotients << k) + low + 1) - 1, int(unary_ends[-1]) + 1 + k


def _decode_golomb(bits: np.ndarray, code: WeightCode) -> tuple[np.ndarray, int]:
    """Indices, and the place behind the last code word."""
    if code.connections == 0:
        return np.zeros(0, np.int64), 0
    long_bits, short_ones = truncated_binary(code.parameter)
    ones = np.flatnonzero(bits)
    heads = _numbers_at(bits, ones + 1, long_bits - 1)
    widths = np.where(heads < short_ones, long_bits - 1, long_bits)
    unary_ends, quotients, widths = _code_words(ones, widths, code)
    if int(quotients.max()) > code.weights // code.parameter:
        raise CorruptCode(f"found a gap beyond {code.weights} weights")
    short = _numbers_at(bits, unary_ends + 1, long_bits - 1)
    whole = _numbers_at(bits, unary_ends + 1, long_bits) - short_ones
    remainders = np.where(widths == long_bits, whole, short)
    gaps = quotients * code.parameter + remainders
    return np.cumsum(gaps + 1) - 1, int(unary_ends[-1] + 1 + widths[-1])


def _code_words(
    ones: np.ndarray, widths: np.ndarray, code: WeightCode
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Finds the code words among all ones that might end a unary number.

    Args:
      ones: places of all ones.
      widths: bits that would follow each, if it ended a unary number.

    Returns:
      Places of those that do, their unary numbers, and their widths.
    """
    # The one that ends the next unary number is the first behind those bits.
    following = np.searchsorted(ones, ones + 1 + widths)
    chain = _follow(following, code.connections)
    if chain[-1] == len(ones):
        raise CorruptCode(f"the code ends before its {code.connections} connections")
    unary_ends, widths = ones[chain], widths[chain]
    starts = np.append(0, (unary_ends + 1 + widths)[:-1])
    return unary_ends, unary_ends - starts, widths


def _numbers_at(bits: np.ndarray, places: np.ndarray, width: int) -> np.ndarray:
    """Numbers of ``width`` bits, highest first; bits behind the end are 0."""
    padded = np.append(bits, np.zeros(width, bits.dtype))
    numbers = np.zeros(len(places), np.int64)
    for place in range(width):
        numbers = (numbers << 1) | padded[places + place]
    return numbers


def _follow(following: np.ndarray, count: int) -> np.ndarray:
    """The chain 0, following[0], following[following[0]], ... of ``count`` links.

    ``len(following)`` stands for "there is none", then and ever after.
    """
    none = len(following)
    one_link = np.append(following, none)
    stride = one_link
    for _ in range(_LOG_STRIDE):
        stride = stride[stride]
    starts = [0]
    for _ in range((count - 1) // _STRIDE):
        starts.append(int(stride[starts[-1]]))
    lanes = np.empty((len(starts), _STRIDE), np.int64)
    lanes[:, 0] = starts
    for link in range(1, _STRIDE):
        lanes[:, link] = one_link[lanes[:, link - 1]]
    return lanes.ravel()[:count]
