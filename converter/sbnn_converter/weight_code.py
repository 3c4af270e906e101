"""Codes for binary kernels: where the ones are, close to the entropy bound.

A kernel with n weights, a share p of them ones, carries n * H(p) bits. Two codes
share one container, a sequence of 32-bit words read from the most significant
bit down (``docs/format.md``, "Weight code"):

- Golomb-Rice codes of the gaps between ones: within a few percent of the bound
  for sparse kernels, and decoded with one shift a connection;
- a bitmap: a bit a weight, the smaller one above about 38 % ones.

``weight_decoder.py`` reads them back.
"""

from __future__ import annotations

import dataclasses

import numpy as np

BITMAP = 0
RICE = 1
MAX_PARAMETER = 30

_NUMBERS = {"bitmap": BITMAP, "rice": RICE}
# What a user can ask for; "auto" is the smaller of the two.
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


@dataclasses.dataclass(frozen=True)
class WeightCode:
    """A coded binary kernel.

    Attributes:
      words: uint32 array, the code.
      code: ``BITMAP`` or ``RICE``.
      parameter: low bits of a gap that the Rice code writes as they are.
      connections: ones in the kernel.
      weights: ones and zeros in the kernel.
    """

    words: np.ndarray
    code: int
    parameter: int
    connections: int
    weights: int

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
      code: one of ``CHOICES``; ``"auto"`` takes the smaller code.

    Raises:
      ValueError: unknown code.
    """
    if code not in CHOICES:
        raise ValueError(f"unknown weight code '{code}': wanted {', '.join(CHOICES)}")
    flat = np.ravel(ones)
    indices = np.flatnonzero(flat)
    gaps = np.diff(indices, prepend=-1) - 1
    parameter, rice_bits = _best_parameter(gaps)
    if code == "rice" or (code == "auto" and rice_bits < flat.size):
        bits, number = _rice_bits(gaps, parameter, rice_bits), RICE
    else:
        bits, parameter, number = flat, 0, BITMAP
    return WeightCode(_to_words(bits), number, parameter, indices.size, flat.size)


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


def _to_words(bits: np.ndarray) -> np.ndarray:
    count = max(1, -(-bits.size // 32))
    padded = np.zeros(32 * count, bool)
    padded[: bits.size] = bits
    return np.packbits(padded).view(">u4").astype(np.uint32)
