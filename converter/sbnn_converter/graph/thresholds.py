"""Exact thresholds: what a chain of monotone functions and a sign come down to.

Scale, bias, batch normalization and ReLU behind a binary layer are functions of
one number, the sum of a channel, and each of them never falls (or, with a
negative gamma, never rises). Rounding to float32 keeps that so. The sign of the
chain's result therefore flips at most once along all possible sums, and one
integer records where:

    bit = (sum >= threshold) xor flip

The place is found by bisection on the framework's own float32 computation, not
by solving the equation on paper: the fused layer then agrees with Keras on every
input by construction, ties and rounding included.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from sbnn_converter.graph import PointwiseStep, apply_steps

# Sums of real inputs beyond this magnitude are not told apart: it keeps the
# probes clear of overflow in the functions under test.
_LARGEST_FLOAT = np.float32(2.0**100)

# Functions of more values than this are not told from others: each value costs a sign.
_MAX_LEVELS = 4


@dataclasses.dataclass(frozen=True)
class Thresholds:
    """Thresholds and flips of all channels; see the module's formula.

    Attributes:
      values: int32 for integer sums, else float32, shape ``[channels]``.
      flips: bool, shape ``[channels]``.
    """

    values: np.ndarray
    flips: np.ndarray


@dataclasses.dataclass(frozen=True)
class IntegerSums:
    """Sums that are whole numbers of steps: ``value = n * step``, |n| <= bound."""

    bound: int
    step: float = 1.0

    def range(self) -> tuple[int, int]:
        return -self.bound, self.bound

    def value(self, ordinals: np.ndarray) -> np.ndarray:
        return (ordinals * self.step).astype(np.float32)

    def store(self, ordinals: np.ndarray) -> np.ndarray:
        return ordinals.astype(np.int32)


@dataclasses.dataclass(frozen=True)
class FloatSums:
    """Any float32. Its ordinals are the float32 numbers in ascending order."""

    def range(self) -> tuple[int, int]:
        top = int(_LARGEST_FLOAT.view(np.int32))
        return -top, top

    def value(self, ordinals: np.ndarray) -> np.ndarray:
        magnitude = np.abs(ordinals).astype(np.int32).view(np.float32)
        return np.where(ordinals < 0, -magnitude, magnitude)

    store = value


SumDomain = IntegerSums | FloatSums


def find_thresholds(
    steps: Sequence[PointwiseStep],
    channels: int,
    rank: int,
    domain: SumDomain,
) -> Thresholds:
    """Finds where the sign of ``steps`` flips, for all channels at once.

    Args:
      steps: the functions between the sums and the sign.
      channels: number of channels.
      rank: rank of the tensor that the functions act on, batch included, where
        they do not say it themselves.
      domain: the values that a sum can take.
    """
    import tensorflow as tf

    @tf.function(autograph=False)
    def positive(x):
        return apply_steps(steps, x) >= 0

    def bits(ordinals: np.ndarray) -> np.ndarray:
        probe = domain.value(ordinals).reshape((1,) * (rank - 1) + (channels,))
        return positive(tf.constant(probe)).numpy().reshape(channels)

    low = np.full(channels, domain.range()[0], np.int64)
    high = np.full(channels, domain.range()[1], np.int64)
    at_low, at_high = bits(low), bits(high)
    constant = at_low == at_high
    # Invariant: the bit at `low` is at_low, the bit at `high` is at_high.
    while np.any(high - low > 1):
        middle = (low + high) // 2
        reached = bits(middle) == at_high
        high = np.where(reached, middle, high)
        low = np.where(reached, low, middle)
    ordinals = np.where(constant, domain.range()[0], high)
    return Thresholds(domain.store(ordinals), ~at_high)


def levels_of(step: PointwiseStep, channels: int, rank: int) -> tuple[float, ...] | None:
    """All values that a monotone function gives, ascending, if they are few.

    Args:
      step: rises or falls, channel by channel.
      channels, rank: as for ``find_thresholds``.
    """
    import tensorflow as tf

    @tf.function(autograph=False)
    def apply(x):
        return apply_steps([step], x)

    def at(ordinals: np.ndarray) -> np.ndarray:
        probe = domain.value(ordinals).reshape((1,) * (rank - 1) + (channels,))
        y = apply(tf.constant(probe)).numpy().reshape(channels)
        # TensorFlow takes numbers below the normal ones now for 0 and now not.
        return np.where(np.abs(y) < np.finfo(np.float32).tiny, 0, y)

    domain = FloatSums()
    sample = np.linspace(*domain.range(), 64).astype(np.int64)
    if len(np.unique([at(np.full(channels, n)) for n in sample])) > _MAX_LEVELS:
        return None
    place, top = (np.full(channels, end, np.int64) for end in domain.range())
    value, last = at(place), at(top)
    found = {*map(float, value)}
    while np.any(value != last):
        # The first place at which the function has left its present value.
        low, high = place, np.where(value == last, place, top)
        while np.any(high - low > 1):
            middle = (low + high) // 2
            left = at(middle) != value
            high, low = np.where(left, middle, high), np.where(left, low, middle)
        place = high
        value = at(place)
        found.update(map(float, value))
        if len(found) > _MAX_LEVELS:
            return None
    return tuple(sorted(found))


def thresholds_on_floats(
    found: Thresholds, scale: np.ndarray, bias: np.ndarray, bound: int
) -> Thresholds | None:
    """Thresholds of sums as thresholds of ``y = sum * scale + bias`` in float32.

    y rises or falls with the sum, as the sign of ``scale`` says. The threshold is
    put half-way between the y of the two sums on its sides, so that a y which
    another machine has rounded differently still falls on the right one.

    Args:
      found: thresholds of the sums, all of them in [-bound, bound].
      scale, bias: float32 vectors over the channels.

    Returns:
      None if rounding has made the two y of some channel equal.
    """

    def y(sums: np.ndarray) -> np.ndarray:
        return (sums.astype(np.float32) * scale + bias).astype(np.float64)

    reached, below = y(found.values), y(found.values - 1)
    always = found.values <= -bound
    if np.any(~always & (reached == below)):
        return None
    middle = ((reached + below) / 2).astype(np.float32)
    # Between neighbouring float32 numbers there is no middle.
    low, high = np.minimum(reached, below), np.maximum(reached, below)
    values = np.where(middle > low, middle, high).astype(np.float32)
    values = np.where(always, -_LARGEST_FLOAT, values)
    return Thresholds(values, found.flips ^ (~always & (reached < below)))
