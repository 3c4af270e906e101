"""Cycles of a mix of instructions, core by core, and of ops by their kernels' mixes."""

import dataclasses

import numpy as np
import pytest

from sbnn_converter.cost_model.cycles import mix_of, mixes
from sbnn_converter.cost_model.estimate import cores, estimate_op
from sbnn_converter.cost_model.features import KERNELS
from sbnn_converter.cost_model.timing import CORES, KINDS, Cycles, cycles_an_instruction
from sbnn_converter.tflite.flatbuffer import StoredTensor
from test_plan import convolution

# A loop that loads two words, adds them, stores the sum and goes back: five instructions.
LOOP = {"load": 1, "load behind a load": 1, "plain": 1, "store": 1, "taken branch": 1, "bytes": 10}


@pytest.mark.parametrize(
    "core, cycles",
    [
        ("cortex-m0", 2 + 2 + 1 + 2 + 3),  # ARM DDI 0432, table 3-1
        ("cortex-m0plus", 2 + 2 + 1 + 2 + 2),  # ARM DDI 0484, table 3-1
        ("cortex-m4", 2 + 1 + 1 + 1 + 2),  # ARM DDI 0439, table 3-1 and "Load/store timings"
    ],
)
def test_a_loop_takes_what_the_manual_says(core, cycles):
    assert cycles_an_instruction(LOOP, core).likely == cycles


def test_flash_that_waits_costs_a_taken_branch_its_wait_and_at_worst_every_word():
    at_once = cycles_an_instruction(LOOP, "cortex-m4")
    waiting = cycles_an_instruction(LOOP, "cortex-m4", 3)
    assert waiting == at_once + Cycles(0, 3, 3 + 3 * 10 / 4)


def test_a_million_cycles_at_a_megahertz_are_a_second():
    assert Cycles(1e6, 2e6, 4e6).milliseconds(2) == Cycles(500, 1000, 2000)


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("kernel", KERNELS)
def test_estimates_lie_within_their_bounds(core, kernel):
    for wait_states in (0, 5):
        cycles = cycles_an_instruction(mix_of(kernel, core), core, wait_states)
        assert 0.4 < cycles.low <= cycles.likely <= cycles.high


@pytest.mark.parametrize("traced", mixes())
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_mix_is_of_one_instruction(traced, kernel):
    mix = mixes()[traced][kernel]
    assert set(mix) <= {*KINDS, "bytes"}
    beside = ("registers", "jump", "bytes")  # of what is counted already
    assert sum(share for kind, share in mix.items() if kind not in beside) == pytest.approx(1, 0.01)
    assert 2 <= mix["bytes"] <= 4


def test_all_cores_that_costs_are_known_for_have_timings():
    assert set(cores()) == set(CORES)


def test_a_core_with_the_instructions_of_another_one_has_cycles_of_its_own():
    op = convolution((0, 0))
    older, newer = (estimate_op(op, core) for core in ("cortex-m0", "cortex-m0plus"))
    assert newer.instructions == older.instructions
    assert newer.cycles.likely < older.cycles.likely


def test_sums_that_become_int16_cost_what_int8_costs():
    op = convolution((0, 0), output_shift=8)
    numbers = [op.constants[0], *(np.ones(4, np.int32) for _ in range(2))]
    kinds = {kind: StoredTensor("y", kind, (1, 40, 20, 4)) for kind in ("INT16", "INT8")}
    wide, narrow = (
        estimate_op(dataclasses.replace(op, constants=numbers, output=output))
        for output in kinds.values()
    )
    bits = estimate_op(convolution((0, 0)))
    assert wide.instructions == narrow.instructions > bits.instructions
