"""How much arena a model needs, measured in the real interpreter on this machine."""

from __future__ import annotations

import dataclasses

from sbnn_converter.micro import Interpreter

# The interpreter aligns what it places in the arena to this many bytes.
ALIGNMENT = 16


@dataclasses.dataclass(frozen=True)
class Arena:
    """Bytes of tensor arena.

    Attributes:
      used: what the model occupies once it runs, on this 64-bit machine.
      smallest: the smallest arena in which the interpreter started here. Setting up
        takes some memory that is free again afterwards.
    """

    used: int
    smallest: int


def measure_arena(model: bytes) -> Arena:
    """Finds the smallest arena in which ``model`` starts, to 64 bytes.

    Raises:
      ImportError: the ``tflite-micro`` wheel is not installed.
      RuntimeError: the interpreter refuses the model.
    """
    used = Interpreter(model).arena_used_bytes
    low = used // ALIGNMENT * ALIGNMENT  # too small, or just enough
    if _starts(model, low):
        return Arena(used, low)
    step = 64
    while not _starts(model, low + step):
        low, step = low + step, 2 * step
    high = low + step
    while high - low > 64:
        middle = (low + high) // 2 // ALIGNMENT * ALIGNMENT
        if _starts(model, middle):
            high = middle
        else:
            low = middle
    return Arena(used, high)


def _starts(model: bytes, size: int) -> bool:
    try:
        Interpreter(model, arena_size=size)
    except RuntimeError:
        return False
    return True
