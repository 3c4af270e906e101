"""What an output stage comes down to: the constants of an op, for each of its channels.

Cuts make planes of sums, one cut a channel makes bits; a scale makes numbers, or steps of a
stream
(``docs/format.md``, "Output stage").
"""

from __future__ import annotations

import dataclasses

import numpy as np

from sbnn_converter.tensors.bit_planes import pack_bits


@dataclasses.dataclass(frozen=True, eq=False)
class Cuts:
    """Thresholds that tell the values of an output's planes apart.

    The planes of a channel hold the number of its cuts that a sum reaches; where they
    are flipped, of those that it does not reach.

    Attributes:
      values: int32 or float32, ``[cuts, channels]``, each channel's ascending.
      flips: bool ``[channels]``: where values fall with the sums.
    """

    values: np.ndarray
    flips: np.ndarray

    def constants(self, *, may_share: bool = False) -> list[np.ndarray]:
        """What a file holds of them, channel by channel.

        Args:
          may_share: whether the op reads one channel's thresholds as those of all, if all
            have the same.
        """
        values = self.values
        if may_share and (values == values[:, :1]).all():
            values = values[:, :1]
        return [values.T.ravel(), pack_bits(self.flips)]

    def options(self) -> dict[str, int]:
        """What options say of them."""
        return {}


@dataclasses.dataclass(frozen=True, eq=False)
class Scale:
    """Scale and bias of each channel, float32 ``[channels]``."""

    factors: np.ndarray
    biases: np.ndarray

    def constants(self) -> list[np.ndarray]:
        """What a file holds of them."""
        return [self.factors, self.biases]

    def options(self) -> dict[str, int]:
        """What options say of them."""
        return {}


@dataclasses.dataclass(frozen=True, eq=False)
class StreamScale:
    """Steps of a stream: ``(sum * multiplier + offset) >> shift``.

    Attributes:
      multipliers, offsets: int32 ``[channels]``; each multiplier is 2^n or -2^n.
      shift: 0 to 31.
    """

    multipliers: np.ndarray
    offsets: np.ndarray
    shift: int

    def constants(self) -> list[np.ndarray]:
        """What a file holds of them."""
        return [self.multipliers, self.offsets]

    def options(self) -> dict[str, int]:
        """What options say of them."""
        return {"stream": 1, "output_shift": self.shift}
