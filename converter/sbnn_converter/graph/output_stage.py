"""From the functions behind an op's sums to the constants of its output stage."""

from __future__ import annotations

import numpy as np

from sbnn_converter.graph.nodes import OutputStage, composed_affine
from sbnn_converter.graph.stage_constants import Cuts, Scale
from sbnn_converter.graph.thresholds import SumDomain, find_thresholds


def cuts_of(stage: OutputStage, domain: SumDomain, bits: int) -> Cuts:
    """The cuts that make the bits of the sign that ends the stage.

    Args:
      stage: functions between the sums and the sign.
      domain: the values that the sums take.
      bits: of the sign.
    """
    return find_thresholds(stage.steps, stage.shape[-1], len(stage.shape) + 1, domain, bits)


def scale_of(stage: OutputStage, step: float) -> Scale:
    """The scale and bias of an affine stage.

    Args:
      stage: its functions are all scale and bias.
      step: what one unit of a sum is worth.

    Raises:
      ValueError: one of its functions is none.
    """
    channels = stage.shape[-1]
    found = composed_affine(stage.steps, np.full(channels, step), np.zeros(channels))
    if found is None:
        raise ValueError("a function behind the sums is no scale and bias")
    scale, bias = found
    return Scale(scale.astype(np.float32), bias.astype(np.float32))
