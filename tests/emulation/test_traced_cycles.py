"""Traces count what runs, and cycles are estimated close to what a trace says."""

import pytest

import mcu_networks
from instruction_kinds import cortex_m4_cycles, count_kinds
from instruction_trace import trace
from sbnn_converter import emulation, estimate_network
from sbnn_converter.cost_model.network import PLAIN_C
from sbnn_converter.emulation.profile import profile
from traced_cycles import CORE, traced_cycles

MISSING = emulation.missing_tools(CORE)
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {MISSING}")

PROGRAM = """
#include "startup.h"
void subject(void);
__asm__(
    ".syntax unified\\n.thumb\\n.global subject\\n.type subject, %function\\n.align 2\\nsubject:\\n"
    "push {r4, r5, lr}\\n"
    "movs r0, #10\\n"
    "1: ldr r1, [sp]\\nldr r2, [sp, #4]\\nldr r3, [r2]\\n"
    "mla r4, r1, r1, r0\\nstr r4, [sp, #4]\\nsubs r0, #1\\nbne 1b\\n"
    "pop {r4, r5, pc}\\n.size subject, . - subject\\n");
int main(void) {
  bench_start();
  subject();
  bench_stop();
  return 0;
}
"""


def test_a_loop_in_assembler_is_counted_as_by_hand(tmp_path):
    (tmp_path / "main.c").write_text(PROGRAM)
    emulation.compile_program(CORE, [tmp_path / "main.c"], tmp_path / "image.elf")
    (part,) = trace(CORE, tmp_path / "image.elf", {"subject"}, {"bench_stop"})
    found = count_kinds(part)
    assert found == {
        "instructions": 2 + 10 * 7 + 1,
        "bytes": 2 + 2 + 10 * (2 + 2 + 2 + 4 + 2 + 2 + 2) + 2,
        "multiple": 2,
        "registers": 6,
        "plain": 1 + 10,
        "load": 2 * 10,  # the third needs what the second loads
        "load behind a load": 10,
        "multiply and add": 10,
        "store": 10,
        "taken branch": 9,
        "branch not taken": 1,
        "jump": 1,
    }
    loop = 2 + 1 + 2 + 2 + 1 + 1
    # The way back may hit an instruction that crosses a word.
    by_hand = (1 + 3) + 1 + 10 * loop + 9 * 2 + 1 + (1 + 3 + 2)
    assert cortex_m4_cycles(part) in (by_hand, by_hand + 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", mcu_networks.CASES)
def test_estimated_cycles_are_within_15_percent_of_a_trace(name, kernels):
    model = mcu_networks.CASES[name].convert()
    cost, traced = estimate_network(model, CORE.name), traced_cycles(model, kernels)
    counted = profile(model, CORE.name, kernels=kernels)
    instructions = sum(count for count, _ in traced.values())
    # Another count of the same instructions, of each op to a tick of the board's timer.
    assert instructions == pytest.approx(counted.instructions, rel=0.001)
    cycles = sum(count for _, count in traced.values())
    assert not cost.unknown
    assert cost.cycles.likely == pytest.approx(cycles, rel=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4"])
@pytest.mark.parametrize("name", ["digits", "mnist_mlp", "larq_binary_net"])
def test_no_network_takes_more_stack_than_is_counted(name, core, kernels):
    model = mcu_networks.CASES[name].convert()
    counted = estimate_network(model, core).way(PLAIN_C).ram["stack"]
    taken = profile(model, core, kernels=kernels).stack_bytes
    assert counted // 2 < taken <= counted
