"""The sliced form of a dense kernel: a word an input with the weights of 32 units.

A bit for each weight, whatever the density; kernels add its words 32 units at a
time and never read those of half of the inputs (``docs/format.md``, "Weight code").
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.tensors.face import BITS, Face
from sbnn_converter.weights.coded import CorruptCode, WeightCode


class Sliced:
    """For dense layers on bits only."""

    name = "sliced"
    number = 2
    has_parameter = False

    def suits(self, op: str, reads: Face) -> bool:
        return op == "SbnnDense" and reads == BITS

    def write(self, kernel: np.ndarray) -> tuple[np.ndarray, int]:
        return slice_kernel(kernel), 0

    def read(self, code: WeightCode) -> np.ndarray:
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


def slice_kernel(ones: np.ndarray) -> np.ndarray:
    """Lays out a kernel in slices of 32 units.

    Args:
      ones: boolean array of shape ``[units, ...]``.

    Returns:
      uint32 array: for each 32 units a word an input, whose bit u is the weight of
      unit u of them, and behind all of these the connections of each unit.
    """
    kernel = np.asarray(ones, bool).reshape(len(ones), -1)
    units, inputs = kernel.shape
    slices = -(-units // 32)
    padded = np.zeros((32 * slices, inputs), bool)
    padded[:units] = kernel
    # [slice, input, unit of 32]: the last axis becomes the bits of a word.
    bits = np.ascontiguousarray(padded.reshape(slices, 32, inputs).transpose(0, 2, 1))
    words = np.packbits(bits, axis=-1, bitorder="little").view("<u4")
    return np.append(words.ravel(), kernel.sum(1)).astype(np.uint32)


def unslice_kernel(words: np.ndarray, units: int, inputs: int) -> np.ndarray:
    """The kernel behind ``slice_kernel``'s words.

    Args:
      words: uint32 array.
      units, inputs: what the kernel has of them.

    Returns:
      Boolean array of shape ``[units, inputs]``.

    Raises:
      ValueError: the words are of another number, have bits beyond the last unit,
        or count a unit's connections wrong.
    """
    slices = -(-units // 32)
    wanted = slices * inputs + units
    if len(words) != wanted:
        raise ValueError(f"found {len(words)} words, wanted {wanted}")
    rows = np.ascontiguousarray(words[: slices * inputs], "<u4").view(np.uint8)
    bits = np.unpackbits(rows, bitorder="little").reshape(slices, inputs, 32)
    kernel = bits.transpose(0, 2, 1).reshape(32 * slices, inputs)
    if kernel[units:].any():
        raise ValueError(f"found ones behind the last of {units} units")
    kernel = kernel[:units]
    found, counts = kernel.sum(1, dtype=np.int64), words[slices * inputs :]
    if (found != counts).any():
        unit = int(np.flatnonzero(found != counts)[0])
        raise ValueError(f"found {found[unit]} connections of unit {unit}, wanted {counts[unit]}")
    return kernel.astype(bool)
