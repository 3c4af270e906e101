"""From the functions behind an op's sums to the constants of its output stage."""

from __future__ import annotations

import numpy as np

from sbnn_converter.graph.nodes import OutputStage
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
    """
    channels = stage.shape[-1]
    scale, bias = np.full(channels, step), np.zeros(channels)
    for step_scale, step_bias in (s.affine for s in stage.steps):
        scale, bias = scale * step_scale, bias * step_scale + step_bias
    return Scale(scale.astype(np.float32), bias.astype(np.float32))
