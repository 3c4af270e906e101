"""The scale of a layer's sums: a power of two and a sign for each output channel.

The sum of n independent ±1 has the standard deviation sqrt(n), and a layer sums
n = fan-in times connections of them. The sums are scaled on the *output*: a
scale inside the kernel would make float32 sums inexact, and signs would come
out differently at inference. A power of two costs no precision at all.
"""

import math

import numpy as np


def output_exponent(fan_in: int, connections: float) -> int:
    """The power of two nearest to 1 / sqrt(fan_in * connections), as an exponent.

    Args:
        fan_in: weights of one output channel.
        connections: expected share of ones among them, in (0, 1].
    """
    return round(-0.5 * math.log2(max(1.0, fan_in * connections)))


def input_exponent(quantizer) -> int:
    """What the quantizer of a layer's inputs adds to the layer's default exponent: its
    attribute `exponent`, where its levels are larger than ±1, else 0."""
    return getattr(quantizer, "exponent", 0)


def channel_signs(channels: int, polarity: bool) -> np.ndarray:
    """float32 sign of each output channel's scale, shape [channels].

    A 0/1 weight can only excite, never inhibit. With `polarity`, the sums of
    every second channel are negated, so that the next layer can choose a
    feature or its opposite.
    """
    signs = np.ones(channels, np.float32)
    if polarity:
        signs[1::2] = -1
    return signs
