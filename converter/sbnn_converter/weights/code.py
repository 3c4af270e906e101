"""Codes for kernels: where the connections are, close to the entropy bound.

A kernel with n weights, a share p of them connections, carries n * H(p) bits, and a bit
more for each connection that may as well subtract. Each coding is a file of its own; this
one knows them all and picks among them. ``decoder.py`` reads them back.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter.tensors.face import Face
from sbnn_converter.weights.bitmap import Bitmap
from sbnn_converter.weights.byte_gaps import ByteGaps
from sbnn_converter.weights.coded import Coding, WeightCode, is_signed
from sbnn_converter.weights.golomb import Golomb, best_modulus
from sbnn_converter.weights.rice import Rice, best_parameter
from sbnn_converter.weights.sliced import Sliced
from sbnn_converter.weights.streams import gaps_of

# The first of several that are as small and as fast is taken.
CODINGS: dict[str, Coding] = {c.name: c for c in (Rice(), Golomb(), Bitmap(), Sliced(), ByteGaps())}
BY_NUMBER = {c.number: c for c in sorted(CODINGS.values(), key=lambda c: c.number)}
BITMAP, RICE, SLICED, GOLOMB, BYTES = (c.number for c in (Bitmap, Rice, Sliced, Golomb, ByteGaps))

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


def entropy_bits(weights: int, connections: int, *, signed: bool = False) -> float:
    """Bits that ``weights`` independent weights with ``connections`` carry.

    n * H(p) with H(p) = -p log2 p - (1 - p) log2 (1 - p), p = connections / n; where
    connections have a sign, a bit more for each.
    """
    signs = float(connections if signed else 0)
    if connections in (0, weights):
        return signs
    p = connections / weights
    return signs - float(weights * (p * np.log2(p) + (1 - p) * np.log2(1 - p)))


def encode(kernel: np.ndarray, code: str = "auto") -> WeightCode:
    """Codes a kernel.

    Args:
      kernel: array of any shape, output channel first: True or 1 for a connection, -1
        for one that subtracts, else 0; its row-major order is the order of the code.
      code: one of ``CHOICES``; ``"auto"`` takes the smaller code. The format has
        ``"sliced"`` for dense layers on bits only.

    Raises:
      ValueError: unknown code.
    """
    if code not in CHOICES:
        raise ValueError(f"unknown weight code '{code}': wanted {', '.join(CHOICES)}")
    coding = CODINGS[_smallest(kernel) if code == "auto" else code]
    words, parameter = coding.write(kernel)
    return WeightCode(
        words,
        coding.number,
        parameter,
        connections=int(np.count_nonzero(kernel)),
        weights=np.size(kernel),
        outputs=max(1, len(kernel)),
        signed=is_signed(kernel),
    )


def _smallest(kernel: np.ndarray) -> str:
    gaps = gaps_of(kernel)
    signs = gaps.size if is_signed(kernel) else 0
    (_, rice), (_, golomb) = best_parameter(gaps), best_modulus(gaps)
    if min(rice, golomb) >= np.size(kernel):
        return "bitmap"
    worth = golomb + signs < (1 - _WORTH_A_MODULUS) * (rice + signs)
    return "golomb" if worth else "rice"
