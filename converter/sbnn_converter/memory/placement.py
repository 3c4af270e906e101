"""Places buffers in one piece of memory so that those which live at the same time do
not overlap.

Greedy by size: the largest buffer first, each at the lowest place where it is in
nobody's way. Optimal placing is NP-hard; this is what TensorFlow Lite Micro does, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from sbnn_converter.memory.lifetimes import Buffer

ALIGNMENT = 8


def place(buffers: Sequence[Buffer]) -> tuple[list[int], int]:
    """Finds a place for each buffer.

    Returns:
      The offsets in bytes, multiples of ``ALIGNMENT``, in the order of ``buffers``,
      and the size of the whole.
    """
    offsets = [0] * len(buffers)
    placed: list[int] = []
    by_size = sorted(range(len(buffers)), key=lambda i: (-buffers[i].bytes, buffers[i].first))
    for i in by_size:
        in_the_way = sorted(
            (offsets[j], offsets[j] + buffers[j].bytes)
            for j in placed
            if buffers[j].bytes and buffers[i].meets(buffers[j])
        )
        offset = 0
        for start, end in in_the_way:
            if offset + buffers[i].bytes <= start:
                break
            offset = max(offset, -(-end // ALIGNMENT) * ALIGNMENT)
        offsets[i] = offset
        placed.append(i)
    whole = max((o + b.bytes for o, b in zip(offsets, buffers)), default=0)
    return offsets, -(-whole // ALIGNMENT) * ALIGNMENT
