"""The memory plan: nothing that lives at the same time shares a byte."""

import numpy as np
import pytest

from overlaps import overlaps
from sbnn_converter.memory.placement import ALIGNMENT, Buffer, place


@pytest.mark.parametrize("seed", range(40))
def test_buffers_that_live_together_do_not_overlap(seed):
    rng = np.random.default_rng(seed)
    steps = int(rng.integers(1, 20))
    buffers = []
    for _ in range(int(rng.integers(1, 40))):
        first, last = sorted(int(s) for s in rng.integers(0, steps, 2))
        buffers.append(Buffer(int(rng.integers(0, 500)), first, last))
    offsets, size = place(buffers)
    assert not overlaps(buffers, offsets)
    assert all(offset % ALIGNMENT == 0 for offset in offsets)
    assert all(o + b.bytes <= size for o, b in zip(offsets, buffers))
    # No plan is smaller than what lives at one time; greedy stays near it.
    aligned = lambda b: -(-b.bytes // ALIGNMENT) * ALIGNMENT  # noqa: E731
    least = max(
        sum(aligned(b) for b in buffers if b.first <= step <= b.last) for step in range(steps)
    )
    assert size <= 1.6 * least + ALIGNMENT


def test_a_chain_of_buffers_shares_its_memory():
    chain = [Buffer(100, step, step + 1) for step in range(10)]
    assert place(chain)[1] == 208


def test_nothing_to_place():
    assert place([]) == ([], 0)
