"""Estimated instructions and cycles of TensorFlow Lite's own ops in the kernels of plain C.

Coefficients and mixes lie in ``coefficients.json`` under ``numeric``, fitted to counts in QEMU
and traced there by ``benchmarks/mcu/fit_numeric_costs.py``.
"""

from __future__ import annotations

from sbnn_converter.cost_model.cycles import traced_core
from sbnn_converter.cost_model.estimate import OpCost, counted_core
from sbnn_converter.cost_model.measured import measured
from sbnn_converter.cost_model.numeric_features import numeric_features
from sbnn_converter.cost_model.timing import Cycles, cycles_an_instruction
from sbnn_converter.standalone.call import NotExportable
from sbnn_converter.standalone.numeric_calls import numeric_call
from sbnn_converter.tflite.flatbuffer import StoredStep


def runs_in_c(op: StoredStep) -> bool:
    """Whether ``runtime/c`` has a kernel for an op; it takes as long as writing its C text."""
    try:
        numeric_call(op)
    except (NotExportable, AttributeError, IndexError, KeyError, TypeError, ZeroDivisionError):
        return False
    return True


def estimate_numeric(op: StoredStep, core: str, wait_states: int = 0) -> tuple[str, OpCost]:
    """The kernel that runs ``op``, and what it costs.

    Args:
      op: one that ``runs_in_c``.
      core: one of ``estimate.cores()``.
      wait_states: of the flash that code lies in, for the cycles.
    """
    kernel, counts = numeric_features(op)
    coefficients = measured()["numeric"]["cores"][counted_core(core)][kernel]
    instructions = sum(coefficients.get(step, 0.0) * n for step, n in counts.items())
    return kernel, OpCost(
        instructions=round(instructions),
        cycles=numeric_cycles(kernel, instructions, core, wait_states),
        scratch_bytes=0,
        flash_bytes=sum(tensor.constant_bytes for tensor in op.present_inputs),
    )


def numeric_cycles(kernel: str, instructions: float, core: str, wait_states: int = 0) -> Cycles:
    """What ``instructions`` of a kernel take on a core; see ``cycles_an_instruction``."""
    mix = measured()["numeric"]["mixes"][traced_core(core)][kernel]
    return cycles_an_instruction(mix, core, wait_states) * instructions
