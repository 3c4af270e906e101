"""How long tensors are needed, and what they take together while each op runs.

Tensors that are never needed at the same time share memory, as runtimes for
microcontrollers plan it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from sbnn_converter.tflite.flatbuffer import StoredModel

_Thing = TypeVar("_Thing", bound=Hashable)

# Runtimes start every tensor at a multiple of so many bytes.
_ALIGNMENT = 16


@dataclasses.dataclass(frozen=True)
class Buffer:
    """Memory that is needed for a while.

    Attributes:
      bytes: how much.
      first, last: the steps from which and up to which it is in use, both inclusive.
    """

    bytes: int
    first: int
    last: int

    def meets(self, other: Buffer) -> bool:
        """Whether both are in use at the same time."""
        return self.first <= other.last and other.first <= self.last


def lifetimes(uses: Sequence[Iterable[_Thing]]) -> dict[_Thing, tuple[int, int]]:
    """The first and the last step that uses a thing.

    Args:
      uses: for each step, what it reads and writes.
    """
    found: dict[_Thing, tuple[int, int]] = {}
    for step, used in enumerate(uses):
        for thing in used:
            found[thing] = (found[thing][0] if thing in found else step, step)
    return found


def aligned(size: int) -> int:
    """``size`` bytes as they lie in an arena."""
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def live_bytes(model: StoredModel) -> list[int]:
    """Bytes of all computed tensors that are alive during each step.

    The network's inputs are there from the start, its outputs stay to the end. What
    an op needs as scratch memory is not included.
    """
    if not model.steps:
        return []
    uses = [[*step.present_inputs, *step.outputs] for step in model.steps]
    uses[0] += model.inputs
    uses[-1] += model.outputs
    computed = {*model.inputs, *(tensor for step in model.steps for tensor in step.outputs)}
    buffers = [
        Buffer(aligned(tensor.bytes), *steps)
        for tensor, steps in lifetimes(uses).items()
        if tensor in computed and not tensor.constant_bytes
    ]
    return [
        sum(b.bytes for b in buffers if b.first <= step <= b.last)
        for step in range(len(model.steps))
    ]
