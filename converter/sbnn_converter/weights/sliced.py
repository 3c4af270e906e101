"""The sliced form of a dense kernel: a word an input with the weights of 32 units.

A bit for each weight, two where connections have signs, whatever the density; kernels add
its words 32 units at a time and never read those of half of the inputs (``docs/format.md``,
"Weight code").
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.tensors.face import BITS, Face
from sbnn_converter.weights.coded import Connections, CorruptCode, WeightCode, is_signed


class Sliced:
    """For dense layers on bits only."""

    name = "sliced"
    number = 2
    has_parameter = False

    def suits(self, op: str, reads: Face) -> bool:
        return op == "SbnnDense" and reads == BITS

    def sign_words(self, code: WeightCode) -> int:
        return 0

    def write(self, kernel: np.ndarray) -> tuple[np.ndarray, int]:
        return slice_kernel(kernel), 0

    def read(self, code: WeightCode) -> Connections:
        if code.parameter != 0:
            raise CorruptCode(f"found parameter {code.parameter} of sliced weights, wanted 0")
        try:
            words, inputs = np.asarray(code.words), code.weights // code.outputs
            kernel = unslice_kernel(words, code.outputs, inputs, signed=code.signed)
        except ValueError as error:
            raise CorruptCode(str(error)) from error
        indices = np.flatnonzero(kernel)
        if len(indices) != code.connections:
            raise CorruptCode(f"found {len(indices)} ones, wanted {code.connections}")
        return Connections(indices, kernel.ravel()[indices] < 0)


def slice_kernel(kernel: np.ndarray) -> np.ndarray:
    """Lays out a kernel in slices of 32 units.

    Args:
      kernel: array of shape ``[units, ...]``, 0 where there is no connection; one that
        subtracts is -1.

    Returns:
      uint32 array: for each 32 units a word an input, whose bit u is the weight of
      unit u of them, and behind all of these the connections of each unit. Where some
      subtract, each 32 units have a word an input for those that add, then one for
      those that subtract.
    """
    kernel = np.reshape(kernel, (len(kernel), -1))
    units, inputs = kernel.shape
    kinds = [kernel > 0, kernel < 0] if is_signed(kernel) else [kernel != 0]
    slices = -(-units // 32)
    padded = np.zeros((32 * slices, len(kinds), inputs), bool)
    padded[:units] = np.stack(kinds, axis=1)
    # [slice, kind, input, unit of 32]: the last axis becomes the bits of a word.
    bits = padded.reshape(slices, 32, -1, inputs).transpose(0, 2, 3, 1)
    words = np.packbits(np.ascontiguousarray(bits), axis=-1, bitorder="little").view("<u4")
    return np.append(words.ravel(), np.count_nonzero(kernel, axis=1)).astype(np.uint32)


def unslice_kernel(
    words: np.ndarray, units: int, inputs: int, *, signed: bool = False
) -> np.ndarray:
    """The kernel behind ``slice_kernel``'s words.

    Args:
      words: uint32 array.
      units, inputs: what the kernel has of them.
      signed: whether it has words for connections that subtract.

    Returns:
      int8 array of shape ``[units, inputs]``: 1, 0 and -1.

    Raises:
      ValueError: the words are of another number, have bits beyond the last unit or
        connections that both add and subtract, or count a unit's connections wrong.
    """
    slices, kinds = -(-units // 32), 2 if signed else 1
    wanted = slices * kinds * inputs + units
    if len(words) != wanted:
        raise ValueError(f"found {len(words)} words, wanted {wanted}")
    rows, counts = np.split(np.ascontiguousarray(words, "<u4"), [wanted - units])
    bits = np.unpackbits(rows.view(np.uint8), bitorder="little")
    bits = bits.reshape(slices, kinds, inputs, 32).transpose(1, 0, 3, 2)
    bits = bits.reshape(kinds, 32 * slices, inputs)
    if bits[:, units:].any():
        raise ValueError(f"found ones behind the last of {units} units")
    kernel = bits[0, :units].astype(np.int8)
    if signed:
        both = kernel & bits[1, :units]
        if both.any():
            unit = int(np.flatnonzero(both.any(1))[0])
            raise ValueError(f"found a connection of unit {unit} that adds and subtracts")
        kernel -= bits[1, :units].view(np.int8)
    found = np.count_nonzero(kernel, axis=1)
    if (found != counts).any():
        unit = int(np.flatnonzero(found != counts)[0])
        raise ValueError(f"found {found[unit]} connections of unit {unit}, wanted {counts[unit]}")
    return kernel
