"""Codes for binary kernels: where the ones are, close to the entropy bound.

A kernel with n weights, a share p of them ones, carries n * H(p) bits. Each coding is a
file of its own; this one knows them all and picks among them. ``decoder.py`` reads them
back.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.tensors.face import Face
from sbnn_converter.weights.bitmap import Bitmap
from sbnn_converter.weights.coded import Coding, WeightCode
from sbnn_converter.weights.golomb import Golomb, best_modulus
from sbnn_converter.weights.rice import Rice, best_parameter
from sbnn_converter.weights.sliced import Sliced
from sbnn_converter.weights.streams import gaps_of

# The first of several that are as small and as fast is taken.
CODINGS: dict[str, Coding] = {c.name: c for c in (Rice(), Golomb(), Bitmap(), Sliced())}
BY_NUMBER = {c.number: c for c in sorted(CODINGS.values(), key=lambda c: c.number)}
BITMAP, RICE, SLICED, GOLOMB = (c.number for c in (Bitmap, Rice, Sliced, Golomb))

# Kernels read a Rice code faster: "auto" takes another modulus only if it saves
# more than this share of the code.
_WORTH_A_MODULUS = 0.025
# What a user can ask for; "auto" is the smallest, but for that.
CHOICES = ("auto", *(c.name for c in BY_NUMBER.values()))


def code_name(code: int) -> str:
    """What people call the code with this number.

    Raises:
      ValueError: there is no such code.
    """
    if code not in BY_NUMBER:
        known = ", ".join(f"{number} ({coding.name})" for number, coding in BY_NUMBER.items())
        raise ValueError(f"unknown weight code {code}: wanted {known}")
    return BY_NUMBER[code].name


def codes_for(op: str, reads: Face) -> list[str]:
    """The names of the codes that the format has for an op that reads such a face."""
    return [name for name, coding in CODINGS.items() if coding.suits(op, reads)]


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
    coding = CODINGS[_smallest(ones) if code == "auto" else code]
    words, parameter = coding.write(ones)
    connections = int(np.count_nonzero(ones))
    return WeightCode(
        words, coding.number, parameter, connections, np.size(ones), max(1, len(ones))
    )


def _smallest(ones: np.ndarray) -> str:
    gaps = gaps_of(ones)
    (_, rice), (_, golomb) = best_parameter(gaps), best_modulus(gaps)
    if min(rice, golomb) >= np.size(ones):
        return "bitmap"
    return "golomb" if golomb < (1 - _WORTH_A_MODULUS) * rice else "rice"
