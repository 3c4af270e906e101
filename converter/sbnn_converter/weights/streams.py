"""Codes that are a sequence of bits: 32-bit words, read from the most significant bit down.

A code of gaps is a chain: where a code word starts is known only behind the one
before it. Following 700,000 links one by one takes Python seconds, so the chain
is followed in strides. Every one-bit of the code *could* end a unary number;
for each of them, whether it does or not, the one that would end the next is
known from their places alone. Squaring this "next" map a few times gives the map
of 256 links at once; one walk in such strides finds a start for every 256th code
word, and all stretches between them are then walked side by side.
"""

from __future__ import annotations

import abc

import numpy as np

from sbnn_converter.tensors.face import Face
from sbnn_converter.weights.coded import Connections, CorruptCode, WeightCode, is_signed
from sbnn_converter.weights.signs import sign_words_of, signs_of, subtracting

_LOG_STRIDE = 8
_STRIDE = 1 << _LOG_STRIDE


class StreamCoding(abc.ABC):
    """A coding whose words are one sequence of bits."""

    name: str
    number: int
    has_parameter: bool

    @abc.abstractmethod
    def write_bits(self, kernel: np.ndarray) -> tuple[np.ndarray, int]:
        """The bits that say where a kernel has connections, boolean, and the parameter."""

    @abc.abstractmethod
    def read_bits(self, bits: np.ndarray, code: WeightCode) -> tuple[np.ndarray, int]:
        """Indices of the connections, and the place behind the last bit that says them."""

    def suits(self, op: str, reads: Face) -> bool:
        return True

    def sign_words(self, code: WeightCode) -> int:
        return sign_words_of(code)

    def write(self, kernel: np.ndarray) -> tuple[np.ndarray, int]:
        bits, parameter = self.write_bits(kernel)
        words = _to_words(bits)
        if is_signed(kernel):
            words = np.append(words, signs_of(kernel))
        return words, parameter

    def read(self, code: WeightCode) -> Connections:
        signs = self.sign_words(code)
        places = np.asarray(code.words)[: max(0, len(code.words) - signs)]
        bits = np.unpackbits(places.astype(">u4").view(np.uint8))
        indices, end = self.read_bits(bits, code)
        words = max(1, -(-end // 32))
        if len(places) != words:
            raise CorruptCode(f"found {len(code.words)} words, wanted {words + signs}")
        if len(indices) != code.connections:
            raise CorruptCode(f"found {len(indices)} ones in the bitmap, wanted {code.connections}")
        if len(indices) and indices[-1] >= code.weights:
            raise CorruptCode(f"found a connection at {indices[-1]} of {code.weights} weights")
        if bits[end:].any():
            raise CorruptCode(f"found ones behind the last of {code.connections} connections")
        return Connections(indices, subtracting(np.asarray(code.words)[len(places) :], code))


def gaps_of(kernel: np.ndarray) -> np.ndarray:
    """For each connection of a kernel the zeros between it and the one before."""
    return np.diff(np.flatnonzero(kernel), prepend=-1) - 1


def _to_words(bits: np.ndarray) -> np.ndarray:
    count = max(1, -(-bits.size // 32))
    padded = np.zeros(32 * count, bool)
    padded[: bits.size] = bits
    return np.packbits(padded).view(">u4").astype(np.uint32)


def code_words(
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


def numbers_at(bits: np.ndarray, places: np.ndarray, width: int) -> np.ndarray:
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
