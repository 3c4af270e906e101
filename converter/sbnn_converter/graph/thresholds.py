"""Exact thresholds: what a chain of monotone functions and a sign come down to.

Scale, bias, batch normalization and ReLU behind a binary layer are functions of
one number, the sum of a channel, and each of them never falls (or, with a
negative gamma, never rises). Rounding to float32 keeps that so. The sign of the
chain's result therefore flips at most once along all possible sums, and one
integer records where:

    bit = (sum >= threshold) xor flip

A sign of k bits is 2^k - 1 signs, one at each of its cuts, and its planes hold how many
of them are up: the thresholds that the sum reaches, or, flipped, those that it does not.

The place is found by bisection on the framework's own float32 computation, not
by solving the equation on paper: the fused layer then agrees with Keras on every
input by construction, ties and rounding included.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from sbnn_converter.graph import PointwiseStep, apply_steps, sign_cuts
from sbnn_converter.graph.stage_constants import Cuts

# Sums of real inputs beyond this magnitude are not told apart: it keeps the
# probes clear of overflow in the functions under test.
_LARGEST_FLOAT = np.float32(2.0**100)

# Functions of more values than this are not told from others: those of signs of 4 bits.
_MAX_LEVELS = 16


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


@dataclasses.dataclass(frozen=True)
class Levels:
    """The odd whole numbers that planes stand for; ordinals are what the planes hold."""

    planes: int

    def range(self) -> tuple[int, int]:
        return 0, 2**self.planes - 1

    def value(self, ordinals: np.ndarray) -> np.ndarray:
        return (2 * ordinals - self.range()[1]).astype(np.float32)

    def store(self, ordinals: np.ndarray) -> np.ndarray:
        return ordinals.astype(np.int32)


SumDomain = IntegerSums | FloatSums | Levels


def find_thresholds(
    steps: Sequence[PointwiseStep],
    channels: int,
    rank: int,
    domain: SumDomain,
    bits: int = 1,
) -> Cuts:
    """Finds where the sign of ``steps`` changes, for all channels at once.

    Args:
      steps: the functions between the sums and the sign.
      channels: number of channels.
      rank: rank of the tensor that the functions act on, batch included, where
        they do not say it themselves.
      domain: the values that a sum can take.
      bits: of the sign.
    """
    import tensorflow as tf

    cuts = np.array(sign_cuts(bits), np.float32).reshape(-1, *(1,) * (rank - 1))

    @tf.function(autograph=False)
    def reaches(x):
        return apply_steps(steps, x) >= cuts

    def at(ordinals: np.ndarray) -> np.ndarray:
        """Which cuts, one a row, the functions of the sums ``[cuts, channels]`` reach."""
        probe = domain.value(ordinals).reshape((len(cuts), *(1,) * (rank - 2), channels))
        return reaches(tf.constant(probe)).numpy().reshape(ordinals.shape)

    lowest, highest = domain.range()
    low, high = (np.full((len(cuts), channels), end, np.int64) for end in (lowest, highest))
    at_low = at(low)
    varies = at_low != at(high)
    # Behind what falls stand the thresholds that a sum does not reach.
    falls = np.any(varies & at_low, 0) | ~(varies | at_low).any(0)
    ordinals = np.where(at_low ^ falls, lowest, highest + 1)
    # Invariant: the cut is passed at `high`, and not at `low`.
    while np.any(varies & (high - low > 1)):
        middle = (low + high) // 2
        passed = at(middle) != falls
        high = np.where(passed, middle, high)
        low = np.where(passed, low, middle)
    ordinals = np.where(varies, high, ordinals)
    return Cuts(domain.store(np.sort(ordinals, 0)), falls)


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
    found: Cuts, scale: np.ndarray, bias: np.ndarray, bound: int
) -> Cuts | None:
    """Thresholds of sums as thresholds of ``y = sum * scale + bias`` in float32.

    y rises or falls with the sum, as the sign of ``scale`` says. A threshold is
    put half-way between the y of the two sums on its sides, so that a y which
    another machine has rounded differently still falls on the right one.

    Args:
      found: thresholds of the sums; one beyond ``bound`` is never reached.
      scale, bias: float32 vectors over the channels.

    Returns:
      None if rounding has made the two y of some channel equal.
    """

    def y(sums: np.ndarray) -> np.ndarray:
        return (sums.astype(np.float32) * scale + bias).astype(np.float64)

    reached, below = y(found.values), y(found.values - 1)
    always, never = found.values <= -bound, found.values > bound
    between = ~(always | never)
    if np.any(between & (reached == below)):
        return None
    middle = ((reached + below) / 2).astype(np.float32)
    # Between neighbouring float32 numbers there is no middle.
    low, high = np.minimum(reached, below), np.maximum(reached, below)
    values = np.where(middle > low, middle, high).astype(np.float32)
    # Where y falls, the sums that reach a threshold are those whose y does not.
    turned = np.any(between & (reached < below), 0)
    values = np.where(between, values, np.where(always ^ turned, -_LARGEST_FLOAT, _LARGEST_FLOAT))
    return Cuts(np.sort(values, 0), found.flips ^ turned)
