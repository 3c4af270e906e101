"""Output stages: what an op does with its sums (``docs/format.md``, "Output stage").

Cuts make planes of them, one cut a channel makes bits; a scale makes numbers.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from sbnn_converter.graph.nodes import OutputStage
from sbnn_converter.graph.thresholds import SumDomain, Thresholds, find_thresholds
from sbnn_converter.tensors.bit_planes import pack_bits


@dataclasses.dataclass(frozen=True, eq=False)
class Cuts:
    """Thresholds that tell the values of an output's planes apart.

    Attributes:
      values: int32 or float32, ``[cuts, channels]``, each channel's ascending.
      flips: bool ``[channels]``: where values fall with the sums.
    """

    values: np.ndarray
    flips: np.ndarray

    @classmethod
    def of(cls, found: Thresholds) -> Cuts:
        """The one cut of bits."""
        return cls(found.values[None], found.flips)

    def constants(self) -> list[np.ndarray]:
        """What a file holds of them."""
        return [self.values.ravel(), pack_bits(self.flips)]


@dataclasses.dataclass(frozen=True, eq=False)
class Scale:
    """Scale and bias of each channel, float32 ``[channels]``."""

    factors: np.ndarray
    biases: np.ndarray

    def constants(self) -> list[np.ndarray]:
        """What a file holds of them."""
        return [self.factors, self.biases]


def cuts_of(stage: OutputStage, domain: SumDomain) -> Cuts:
    """The cut behind which the stage's sign is a bit.

    Args:
      stage: functions between the sums and the sign.
      domain: the values that the sums take.
    """
    return Cuts.of(find_thresholds(stage.steps, stage.shape[-1], len(stage.shape) + 1, domain))


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
