"""Faces: what a tensor is made of, for an op that reads or writes it.

A face is planes with weights, or numbers. Bits are one plane a channel, of +1 and -1;
activations of k bits are k of them, plane i standing for +2^i and -2^i, which makes the
odd whole numbers from -(2^k - 1) to 2^k - 1; a stream of s bits is s planes, whose odd
number is 2 t + 1 for t steps. The kernels have the same as ``sbnn_face``
(``kernels/include/sbnn/face.h``).

Only this file knows which types and shapes tensors of a face have in a .tflite file.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from sbnn_converter.tensors.bit_planes import plane_words
from sbnn_converter.tensors.types import ElementType, element_type

# The type in which a file holds planes, 32 positions an element.
_PLANE_TYPE = "INT32"


@dataclasses.dataclass(frozen=True)
class Face:
    """What a tensor is made of.

    Attributes:
      numbers: the type of its elements as the schema calls it; None for planes.
      planes: of each channel; 0 for numbers.
    """

    numbers: str | None = None
    planes: int = 0

    @property
    def is_planes(self) -> bool:
        """Whether it is planes, not numbers."""
        return self.planes > 0

    @property
    def cuts(self) -> int:
        """Thresholds of a channel that tell the values of its planes apart; the largest of
        these values, too: an odd whole number."""
        return (1 << self.planes) - 1

    @property
    def label(self) -> str:
        """What people call it: ``"bits"``, ``"2 bits"``, ``"int8"``."""
        if not self.is_planes:
            return self.element_type.name.lower()
        return "bits" if self.planes == 1 else f"{self.planes} bits"

    @property
    def element_type(self) -> ElementType:
        """The type of the elements that a file has it in."""
        return element_type(self.numbers or _PLANE_TYPE)

    def stored_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape, with a batch of one, of the tensor that a file has it in.

        Args:
          shape: of one sample, channels last; one axis alone is features.
        """
        if not self.is_planes:
            return (1, *shape)
        *image, channels = shape
        if not image:
            return (1, self.planes * plane_words(channels))
        return (1, self.planes * channels, plane_words(math.prod(image)))


BITS = Face(planes=1)
FLOAT32 = Face("FLOAT32")
INT8 = Face("INT8")
INT16 = Face("INT16")


def numbers(name: str) -> Face:
    """Numbers of the element type ``name``, in the schema's words or in NumPy's."""
    return Face(name.upper())


def stored_face(name: str, planes: int | None = None) -> Face:
    """The face of a tensor that an op of ours reads or writes.

    Args:
      name: the type of the tensor's elements, as the schema calls it.
      planes: how many each channel has by the op's options; one if these do not say.
    """
    return Face(planes=planes or 1) if name == _PLANE_TYPE else Face(name)
