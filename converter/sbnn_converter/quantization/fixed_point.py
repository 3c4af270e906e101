"""Scale and bias as whole numbers.

A real result y = sum * scale + bias becomes the int8 value
q = round(y / out_scale) + zero_point. With a common shift S,

    q = (sum * multiplier + offset) >> S
    multiplier = scale / out_scale * 2^S
    offset = (bias / out_scale + zero_point + 1/2) * 2^S

where the half makes the shift's rounding down a rounding to nearest.
"""

from __future__ import annotations

import numpy as np

# Fraction bits beyond this gain nothing on 8-bit results and cost range.
_MAX_SHIFT = 24
_INT32_MAX = 2**31 - 1


def fixed_point(
    scale: np.ndarray, bias: np.ndarray, out_scale: float, zero_point: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Multipliers, offsets and the shift that gives them most precision.

    Args:
      scale, bias: float vectors over the channels.
      out_scale, zero_point: quantization of the result.

    Returns:
      int32 multipliers, int32 offsets, and the shift.
    """
    multipliers = np.asarray(scale, np.float64) / out_scale
    offsets = np.asarray(bias, np.float64) / out_scale + zero_point + 0.5
    largest = max(np.abs(multipliers).max(), np.abs(offsets).max(), 1e-9)
    shift = int(np.clip(np.floor(np.log2(_INT32_MAX / largest)), 0, _MAX_SHIFT))
    limit = lambda x: np.clip(np.round(x * 2.0**shift), -_INT32_MAX, _INT32_MAX)  # noqa: E731
    return limit(multipliers).astype(np.int32), limit(offsets).astype(np.int32), shift


def to_int8(value: float) -> int:
    """The nearest int8."""
    return int(np.clip(np.round(value), -128, 127))
