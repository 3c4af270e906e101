"""Streams of small whole numbers, to which layers add what they have computed.

A stream of k bits is a tensor of whole numbers from -2^(k-1) to 2^(k-1) - 1, in units
of a step that is a power of two. What is added to it is normalized by a factor that
is a power of two for each channel, and by an offset. Both are exact in binary
floating point and in integers, so that training and inference give the same numbers.
"""

import math

from sbnn_keras.core.arguments import check_number, is_whole

SMALLEST_BITS, LARGEST_BITS = 2, 16
#: Offsets are multiples of step / OFFSET_STEPS.
OFFSET_STEPS = 256
# Factors beyond these say nothing of normalized sums and would cost exactness.
_LARGEST_EXPONENT = 16
_LARGEST_OFFSET = 2.0**20


def check_stream_bits(bits, argument: str = "bits") -> int:
    """Returns `bits` as an int, or raises a ValueError if a stream cannot have them."""
    if not is_whole(bits) or not SMALLEST_BITS <= bits <= LARGEST_BITS:
        raise ValueError(
            f"Wrong `{argument}`: found {bits!r}, wanted a whole number from {SMALLEST_BITS} to "
            f"{LARGEST_BITS}."
        )
    return int(bits)


def check_stream_step(step, bits: int) -> float:
    """The step as a float, by default 2^-(bits // 2); or a ValueError unless 2^n."""
    if step is None:
        return 2.0 ** -(bits // 2)
    return check_number(step, "step", "a power of two, such as 0.125", _is_power_of_two)


def _is_power_of_two(number: float) -> bool:
    return 0.0 < number < math.inf and math.frexp(number)[0] == 0.5


def nearest_exponent(factor, ops):
    """The whole number n for which 2^n is nearest to |factor|, on a logarithmic scale.

    Args:
        factor: float64 tensor of any framework; 0 counts as very small.
        ops: the framework's namespace of functions, such as `tensorflow.math` or `numpy`.
    """
    smallest = 2.0**-_LARGEST_EXPONENT
    exponent = ops.round(ops.log(ops.maximum(ops.abs(factor), smallest)) / math.log(2.0))
    return ops.minimum(exponent, float(_LARGEST_EXPONENT))


def nearest_offset(offset, ops):
    """`offset`, in steps, rounded to a multiple of 1 / OFFSET_STEPS.

    Args:
        offset: float64 tensor of any framework.
        ops: see `nearest_exponent`.
    """
    inside = ops.minimum(ops.maximum(offset, -_LARGEST_OFFSET), _LARGEST_OFFSET)
    return ops.floor(inside * OFFSET_STEPS + 0.5) / OFFSET_STEPS
