"""Real factors as TensorFlow Lite writes them: 31 bits and a shift."""

from __future__ import annotations

import math

import numpy as np


def fixed_factor(factor: float) -> tuple[int, int]:
    """Multiplier and shift with ``factor`` = multiplier * 2^(shift - 31), rounded.

    Args:
      factor: zero or positive.

    Returns:
      A multiplier of 31 bits (0 for factors below 2^-32) and a shift.
    """
    if factor == 0.0:
        return 0, 0
    mantissa, shift = math.frexp(factor)
    multiplier = math.floor(mantissa * 2**31 + 0.5)
    if multiplier == 2**31:
        multiplier, shift = multiplier // 2, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def mean_factor(factor: float, count: int) -> tuple[int, int]:
    """``factor`` / ``count`` in the way TensorFlow Lite divides a mean's factor."""
    multiplier, shift = fixed_factor(factor)
    extra = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << extra) // count, shift - extra


def quantized(value: float, scale: float, zero: int) -> int:
    """The whole number that stands for ``value``, halves away from zero."""
    ratio = float(np.float32(value) / np.float32(scale))
    return int(math.copysign(math.floor(abs(ratio) + 0.5), ratio)) + zero
