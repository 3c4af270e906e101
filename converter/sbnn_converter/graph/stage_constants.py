"""What an output stage comes down to: the constants of an op, for each of its channels.

Cuts make planes of sums, one cut a channel makes bits; a scale makes numbers
(``docs/format.md``, "Output stage").
"""

from __future__ import annotations

import dataclasses

import numpy as np

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
