"""Which connections subtract: words that stand behind those of a code, a bit a connection."""

from __future__ import annotations

import numpy as np

from sbnn_converter.tensors.bit_planes import pack_bits, plane_words
from sbnn_converter.weights.coded import CorruptCode, WeightCode


def sign_words_of(code: WeightCode) -> int:
    """How many they are."""
    return plane_words(code.connections) if code.signed else 0


def signs_of(kernel: np.ndarray) -> np.ndarray:
    """A bit for each connection of a kernel, in their order: 1 if it subtracts."""
    flat = np.ravel(kernel)
    return pack_bits(flat[flat != 0] < 0).view(np.uint32)


def subtracting(words: np.ndarray, code: WeightCode) -> np.ndarray:
    """Which connections subtract, boolean, from the words of their signs; none where the code
    has none.

    Raises:
      CorruptCode: there are signs behind the last connection.
    """
    if not code.signed:
        return np.zeros(code.connections, bool)
    bits = np.unpackbits(np.ascontiguousarray(words, "<u4").view(np.uint8), bitorder="little")
    if bits[code.connections :].any():
        raise CorruptCode(f"found signs behind the last of {code.connections} connections")
    return bits[: code.connections].astype(bool)
