"""What a network's tensors take in memory while each of its ops runs.

Tensors that are never needed at the same time share memory, as runtimes for
microcontrollers plan it.
"""

from __future__ import annotations

from sbnn_converter.tflite.flatbuffer import StoredModel

# Runtimes start every tensor at a multiple of so many bytes.
_ALIGNMENT = 16


def aligned(size: int) -> int:
    """``size`` bytes as they lie in an arena."""
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def live_bytes(model: StoredModel) -> list[int]:
    """Bytes of all computed tensors that are alive during each step.

    The network's inputs are there from the start, its outputs stay to the end. What
    an op needs as scratch memory is not included.
    """
    last = len(model.steps) - 1
    born = dict.fromkeys(model.inputs, 0)
    dies: dict[int, int] = {}
    for number, step in enumerate(model.steps):
        for tensor in step.inputs:
            dies[tensor] = number
        for tensor in step.outputs:
            born.setdefault(tensor, number)
            dies.setdefault(tensor, number)
    dies |= dict.fromkeys(model.outputs, last)
    live = [0] * len(model.steps)
    for tensor, first in born.items():
        if model.tensors[tensor].constant_bytes:
            continue
        for number in range(first, dies.get(tensor, first) + 1):
            live[number] += aligned(model.tensors[tensor].bytes)
    return live
