"""Shares of connections, and how many ones they mean."""

import math

import numpy as np


def check_share(share, argument: str = "connections") -> float:
    """Returns `share` as a float, or raises a ValueError if outside (0, 1]."""
    try:
        # True is no share, and neither is text.
        number = math.nan if isinstance(share, (bool, np.bool_, str)) else float(share)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 < number <= 1.0:
        raise ValueError(
            f"Wrong `{argument}`: found {share!r}, wanted a share of ones in (0, 1], "
            "for example 0.05 for 5 %."
        )
    return number


def count_of_ones(share: float, weights: int) -> int:
    """The whole number of ones nearest to `share` of `weights`, at least one."""
    return min(weights, max(1, round(share * weights)))


# Weights of a dense kernel for each step between two choices.
_WEIGHTS_A_STEP = 16384


def steps_between_choices(shape) -> int:
    """Steps for which a choice of connections serves, by default.

    Seldom is cheap and slows learning. A convolution multiplies each weight at every
    position, beside which a choice at each step does not count; in a dense layer it
    would take as long as the multiplications.
    """
    if len(shape) > 2:
        return 1
    return max(1, round(int(np.prod(shape)) / _WEIGHTS_A_STEP))
