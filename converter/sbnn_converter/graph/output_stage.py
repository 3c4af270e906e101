"""The constants of an op's output stage (``docs/format.md``, "Output stage")."""

from __future__ import annotations

import numpy as np

from sbnn_converter.graph import OutputStage
from sbnn_converter.graph.thresholds import SumDomain, find_thresholds
from sbnn_converter.tensors.bit_planes import pack_bits


def thresholds_and_flips(stage: OutputStage, domain: SumDomain) -> list[np.ndarray]:
    """The constants behind which the stage's sign is a bit.

    Args:
      stage: functions between the sums and the sign.
      domain: the values that the sums take.
    """
    found = find_thresholds(stage.steps, stage.shape[-1], len(stage.shape) + 1, domain)
    return [found.values, pack_bits(found.flips)]


def scale_and_bias(stage: OutputStage, step: float) -> list[np.ndarray]:
    """The float32 constants of an affine stage.

    Args:
      stage: its functions are all scale and bias.
      step: what one unit of a sum is worth.
    """
    channels = stage.shape[-1]
    scale, bias = np.full(channels, step), np.zeros(channels)
    for step_scale, step_bias in (s.affine for s in stage.steps):
        scale, bias = scale * step_scale, bias * step_scale + step_bias
    return [scale.astype(np.float32), bias.astype(np.float32)]
