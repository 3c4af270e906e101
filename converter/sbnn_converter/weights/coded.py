"""What a weight code is, whichever it is (``docs/format.md``, "Weight code")."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple, Protocol

import numpy as np

from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.tensors.face import Face


@dataclasses.dataclass(frozen=True, repr=False)
class WeightCode(ShortRepr):
    """A coded kernel.

    Attributes:
      words: uint32 array, the code.
      code: number of the coding.
      parameter: its parameter; 0 if it has none.
      connections: weights of the kernel that are not 0.
      weights: all of them.
      outputs: its output channels.
      signed: whether the code tells which connections subtract.
    """

    words: np.ndarray
    code: int
    parameter: int
    connections: int
    weights: int
    outputs: int = 1
    signed: bool = False

    @property
    def bytes(self) -> int:
        return 4 * len(self.words)


class CorruptCode(ValueError):
    """A weight code that no writer makes; the message says what is wrong."""


class Connections(NamedTuple):
    """What a code says.

    Attributes:
      indices: the places of the connections, int64, ascending.
      subtract: which of them are -1, boolean, of the same length.
    """

    indices: np.ndarray
    subtract: np.ndarray


def is_signed(kernel: np.ndarray) -> bool:
    """Whether a kernel of connections has some that subtract."""
    return bool(np.any(np.less(kernel, 0)))


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
        """Codes a kernel, output channel first: 0 where there is no connection; one that
        subtracts is -1.

        Returns:
          uint32 words and the parameter.
        """

    def read(self, code: WeightCode) -> Connections:
        """What the code says.

        Raises:
          CorruptCode: the words are not what ``write`` makes.
        """

    def sign_words(self, code: WeightCode) -> int:
        """Words of signs that stand behind all others, a bit a connection."""

    def suits(self, op: str, reads: Face) -> bool:
        """Whether the format has it for an op that reads such a face."""
