"""Codes for binary kernels: where the ones are, close to the entropy bound.

A kernel with n weights, a share p of them ones, carries n * H(p) bits. Three codes
share one container, a sequence of 32-bit words read from the most significant
bit down (``docs/format.md``, "Weight code"):

- Golomb-Rice codes of the gaps between ones: within a few percent of the bound
  for sparse kernels, and decoded with one shift a connection;
- Golomb codes of any modulus: up to 4 % shorter, near a modulus of 3, but slower
  to decode;
- a bitmap: a bit a weight, the smaller one above about 38 % ones.

A fourth, the sliced form (``sliced.py``), takes a bit a weight too and is for
dense layers that must be fast.

``decoder.py`` reads them back.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.tensors.face import BITS, Face
from sbnn_converter.weights.sliced import slice_kernel

BITMAP = 0
RICE = 1
SLICED = 2
GOLOMB = 3
MAX_PARAMETER = 30
MAX_MODULUS = 255

_NUMBERS = {"bitmap": BITMAP, "rice": RICE, "sliced": SLICED, "golomb": GOLOMB}
# Kernels read a Rice code faster: "auto" takes another modulus only if it saves
# more than this share of the code.
_WORTH_A_MODULUS = 0.025
# What a user can ask for; "auto" is the smallest, but for that.
CHOICES = ("auto", *_NUMBERS)


def code_name(code: int) -> str:
    """What people call the code with this number.

    Raises:
      ValueError: there is no such code.
    """
    for name, number in _NUMBERS.items():
        if number == code:
            return name
    known = ", ".join(f"{number} ({name})" for name, number in _NUMBERS.items())
    raise ValueError(f"unknown weight code {code}: wanted {known}")


def has_sliced_form(op: str, reads: Face) -> bool:
    """Whether the format has the sliced form for an op that reads such a face."""
    return op == "SbnnDense" and reads == BITS


@dataclasses.dataclass(frozen=True, repr=False)
class WeightCode(ShortRepr):
    """A coded binary kernel.

    Attributes:
      words: uint32 array, the code.
      code: ``BITMAP``, ``RICE``, ``SLICED`` or ``GOLOMB``.
      parameter: low bits of a gap that the Rice code writes as they are; the
        modulus of a Golomb code; else 0.
      connections: ones in the kernel.
      weights: ones and zeros in the kernel.
      outputs: its output channels.
    """

    words: np.ndarray
    code: int
    parameter: int
    connections: int
    weights: int
    outputs: int = 1

    @property
    def bytes(self) -> int:
        return 4 * len(self.words)


def entropy_bits(weights: int, connections: int) -> float:
    """Bits that ``weights`` independent weights with ``connections`` ones carry.

    n * H(p) with H(p) = -p log2 p - (1 - p) log2 (1 - p), p = connections / n.
    """
    if connections in (0, weights):
        return 0.0
    p = connections / weights
    return float(-weights * (p * np.log2(p) + (1 - p) * np.log2(1 - p)))


def encode(ones: np.ndarray, code: str = "auto") -> WeightCode:
    """Codes a binary kernel.

    Args:
      ones: boolean array of any shape, output channel first; its row-major
        order is the order of the code.
      code: one of ``CHOICES``; ``"auto"`` takes the smaller code. The format has
        ``"sliced"`` for dense layers on bits only.

    Raises:
      ValueError: unknown code.
    """
    if code not in CHOICES:
        raise ValueError(f"unknown weight code '{code}': wanted {', '.join(CHOICES)}")
    flat = np.ravel(ones)
    outputs = max(1, len(ones))
    if code == "sliced":
        words, connections = slice_kernel(ones), int(np.count_nonzero(flat))
        return WeightCode(words, SLICED, 0, connections, flat.size, outputs)
    indices = np.flatnonzero(flat)
    gaps = np.diff(indices, prepend=-1) - 1
    parameter, rice_bits = _best_parameter(gaps)
    modulus, golomb_bits = _best_modulus(gaps)
    if code == "auto":
        code = "rice"
        if golomb_bits < (1 - _WORTH_A_MODULUS) * rice_bits:
            code = "golomb"
        if min(rice_bits, golomb_bits) >= flat.size:
            code = "bitmap"
    if code == "rice":
        bits = _rice_bits(gaps, parameter, rice_bits)
    elif code == "golomb":
        bits, parameter = _golomb_bits(gaps, modulus), modulus
    else:
        bits, parameter = flat, 0
    return WeightCode(_to_words(bits), _NUMBERS[code], parameter, indices.size, flat.size, outputs)


def _best_parameter(gaps: np.ndarray) -> tuple[int, int]:
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


def _best_modulus(gaps: np.ndarray) -> tuple[int, int]:
    """The Golomb modulus that makes the code of ``gaps`` shortest, and its bits.

    For geometric gaps it is close to ln 2 times their mean (Gallager and Van
    Voorhis, 1975); the neighbourhood is tried.
    """
    mean = gaps.mean() if gaps.size else 0.0
    middle = int(np.clip(round(np.log(2) * (mean + 1)), 2, MAX_MODULUS))
    candidates = range(max(2, middle * 3 // 4), min(MAX_MODULUS, middle * 3 // 2) + 1)
    return min(((m, _golomb_length(gaps, m)) for m in candidates), key=lambda c: c[1])


def truncated_binary(modulus: int) -> tuple[int, int]:
    """Bits of the long remainders, and how many of the smallest have one less."""
    bits = int(modulus - 1).bit_length()
    return bits, (1 << bits) - modulus


def _golomb_length(gaps: np.ndarray, modulus: int) -> int:
    bits, short_ones = truncated_binary(modulus)
    quotients, remainders = np.divmod(gaps, modulus)
    short = int((remainders < short_ones).sum())
    return int(quotients.sum()) + gaps.size * (1 + bits) - short


def _golomb_bits(gaps: np.ndarray, modulus: int) -> np.ndarray:
    long_bits, short_ones = truncated_binary(modulus)
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


def _to_words(bits: np.ndarray) -> np.ndarray:
    count = max(1, -(-bits.size // 32))
    padded = np.zeros(32 * count, bool)
    padded[: bits.size] = bits
    return np.packbits(padded).view(">u4").astype(np.uint32)
