"""Packs binary activations into bit planes (``kernels/include/sbnn/planes.h``)."""

from __future__ import annotations

import numpy as np


def plane_words(positions: int) -> int:
    """32-bit words that one plane of ``positions`` bits takes."""
    return -(-positions // 32)


def pack_bits(bits: np.ndarray) -> np.ndarray:
    """Packs the last axis, least significant bit first.

    Args:
      bits: boolean array of shape ``[..., positions]``.

    Returns:
      int32 array of shape ``[..., plane_words(positions)]``; unused bits are 0.
    """
    bits = np.asarray(bits, bool)
    words = plane_words(bits.shape[-1])
    padding = [(0, 0)] * (bits.ndim - 1) + [(0, 32 * words - bits.shape[-1])]
    packed = np.packbits(np.pad(bits, padding), axis=-1, bitorder="little")
    return packed.view("<u4").view(np.int32)
