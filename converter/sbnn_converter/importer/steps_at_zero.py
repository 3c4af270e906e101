"""Recognises functions that are a step at 0, whatever they are called.

The sign with sign(0) = +1 is one, Heaviside's function with values {0, 1}
another; custom quantizers are mostly one of them in other words. They are
recognised by what they answer to values on both sides of 0, close and far.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g

_MAGNITUDES = np.array([1e-30, 1e-6, 0.04, 0.1, 0.5, 0.9, 1, 1.1, 7, 1e4], np.float32)
_PROBE = np.concatenate([-_MAGNITUDES, [-0.0, 0.0], _MAGNITUDES]).astype(np.float32)


@dataclasses.dataclass(frozen=True)
class StepAtZero:
    """``high`` above 0, ``low`` below; at 0 as ``high_at_zero`` says."""

    low: float
    high: float
    high_at_zero: bool


def step_at_zero(function: Callable) -> StepAtZero | None:
    """``function`` as a step at 0, or None if it is something else."""
    try:
        answer = np.asarray(function(tf.constant(_PROBE)))
    except Exception:  # a function of something else entirely
        return None
    if answer.shape != _PROBE.shape or answer.dtype != np.float32:
        return None
    low, high = float(answer[0]), float(answer[-1])
    for at_zero in (True, False):
        above = _PROBE >= 0 if at_zero else _PROBE > 0
        if low < high and np.array_equal(answer, np.where(above, high, low)):
            return StepAtZero(low, high, at_zero)
    return None


def import_step(name: str, function: Callable, step: StepAtZero, x: g.Node) -> g.Node:
    """A sign, and behind it what makes other values than +-1 of it."""
    if not step.high_at_zero:
        strict = g.PointwiseStep(function).minus((step.low + step.high) / 2)
        x = g.Pointwise(name, [x], x.shape, [strict])
    return levels(name, g.Sign(name, [x], x.shape), step.low, step.high)


def levels(name: str, sign: g.Sign, low: float, high: float) -> g.Node:
    """``low`` and ``high`` in the place of the sign's least and largest value."""
    top = 2**sign.bits - 1
    if (low, high) == (-top, top):
        return sign
    channels = sign.shape[-1]
    scale, bias = (high - low) / (2 * top), (high + low) / 2
    affine = g.affine_step(np.full(channels, scale), np.full(channels, bias))
    return g.Pointwise(name, [sign], sign.shape, [affine])
