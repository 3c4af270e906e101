"""What a weight code is, whichever it is (``docs/format.md``, "Weight code")."""

from __future__ import annotations

import dataclasses
from typing import Protocol

import numpy as np

from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.tensors.face import Face


@dataclasses.dataclass(frozen=True, repr=False)
class WeightCode(ShortRepr):
    """A coded binary kernel.

    Attributes:
      words: uint32 array, the code.
      code: number of the coding.
      parameter: its parameter; 0 if it has none.
      connections: ones in the kernel.
      weights: ones and zeros in the kernel.
      outputs: its output channels.
    """

    words: np.ndarray
    code: int
    parameter: int
    connections: int
    weights: int
    outputs: int = 1

    @property
    def bytes(self) -> int:
        return 4 * len(self.words)


class CorruptCode(ValueError):
    """A weight code that no writer makes; the message says what is wrong."""


class Coding(Protocol):
    """A way to code a kernel.

    Attributes:
      name: what people call it.
      number: what files call it.
      has_parameter: whether its parameter says anything; else it is 0.
    """

    name: str
    number: int
    has_parameter: bool

    def write(self, kernel: np.ndarray) -> tuple[np.ndarray, int]:
        """Codes a boolean array, output channel first.

        Returns:
          uint32 words and the parameter.
        """

    def read(self, code: WeightCode) -> np.ndarray:
        """The indices of the ones, int64, ascending.

        Raises:
          CorruptCode: the words are not what ``write`` makes.
        """

    def suits(self, op: str, reads: Face) -> bool:
        """Whether the format has it for an op that reads such a face."""
