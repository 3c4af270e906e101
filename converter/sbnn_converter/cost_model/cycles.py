"""Estimated cycles of an op: its instructions, times what an average one of its kernel takes.

Which instructions a kernel runs was traced (``benchmarks/mcu/fit_mixes.py``) and lies in
``coefficients.json``: of code for Cortex-M0 and M0+, and of code for all others, with floats in
software or in hardware.
"""

from __future__ import annotations

from collections.abc import Mapping

from sbnn_converter.cost_model.measured import measured
from sbnn_converter.cost_model.timing import Cycles, cycles_an_instruction

# The core whose code was traced for this one.
_TRACED = {
    "cortex-m0": "cortex-m0",
    "cortex-m0plus": "cortex-m0",
    "cortex-m4f": "cortex-m4f",
    "cortex-m7": "cortex-m4f",
    "cortex-m55": "cortex-m4f",
}


def mixes() -> dict[str, dict[str, dict[str, float]]]:
    """Traced core to kernel to mix (``timing.KINDS``)."""
    return measured()["mixes"]


def traced_core(core: str) -> str:
    """The core whose code was traced for ``core``."""
    return _TRACED.get(core, "cortex-m4")


def mix_of(kernel: str, core: str) -> Mapping[str, float]:
    """The mix of a kernel's instructions on a core."""
    return mixes()[traced_core(core)][kernel]


def op_cycles(kernel: str, instructions: float, core: str, wait_states: int = 0) -> Cycles:
    """What ``instructions`` of a kernel take on a core; see ``cycles_an_instruction``."""
    return cycles_an_instruction(mix_of(kernel, core), core, wait_states) * instructions
