"""Estimated instructions, scratch memory and flash of an op on a Cortex-M core.

Coefficients lie in ``coefficients.json``: for each core and kernel the instructions
that a step takes, fitted to counts in QEMU by ``benchmarks/mcu/fit_cost_model.py``.
"""

from __future__ import annotations

import dataclasses

from sbnn_converter.cost_model.cycles import op_cycles
from sbnn_converter.cost_model.features import op_features
from sbnn_converter.cost_model.measured import measured
from sbnn_converter.cost_model.timing import Cycles
from sbnn_converter.native.plan import Plan, plan_op
from sbnn_converter.tflite.flatbuffer import StoredOp

DEFAULT_CORE = "cortex-m4"
# Cores whose instructions are those of another one, which were counted.
_COUNTED_AS = {"cortex-m0plus": "cortex-m0", "cortex-m55": "cortex-m7"}
# Cores that load words from addresses of words only; vectors do, too.
_WORD_BY_WORD = {"cortex-m0", "cortex-m0plus", "cortex-m55"}


@dataclasses.dataclass(frozen=True)
class OpCost:
    """What an op takes on a microcontroller.

    Attributes:
      instructions: of one run; not cycles.
      cycles: likewise, within bounds, with memory that answers at once or after
        wait states.
      scratch_bytes: memory while it runs, beside its input and output.
      flash_bytes: its constants.
    """

    instructions: int
    cycles: Cycles
    scratch_bytes: int
    flash_bytes: int


def cores() -> tuple[str, ...]:
    """The cores that costs are known for."""
    return tuple(sorted((*measured()["cores"], *_COUNTED_AS)))


def counted_core(core: str) -> str:
    """The core whose figures ``measured`` has for ``core``."""
    return _COUNTED_AS.get(core, core)


def plan_for(op: StoredOp, core: str, **options: int) -> Plan:
    """What the kernels plan for ``op`` on ``core``; as ``plan_op``."""
    return plan_op(op, loads_anywhere=core not in _WORD_BY_WORD, **options)


def check_core(core: str) -> None:
    """Raises ValueError unless costs are known for ``core``."""
    if core not in cores():
        raise ValueError(
            f"no costs are known for core '{core}': one of {', '.join(cores())} is wanted"
        )


def estimate_op(
    op: StoredOp, core: str = DEFAULT_CORE, wait_states: int = 0, **options: int
) -> OpCost:
    """What ``op`` costs.

    Args:
      op: the op as it stands in a file.
      core: one of ``cores()``.
      wait_states: of the flash that code lies in, for the cycles.
      **options: options that take the place of the file's, such as ``band_bytes``.

    Raises:
      ValueError: the core is unknown, or every runtime would refuse the op.
    """
    check_core(core)
    plan = plan_for(op, core, **options)
    changed = dataclasses.replace(op, options={**op.options, **options})
    kernel, instructions = estimate_instructions(changed, plan, core)
    return OpCost(
        instructions=round(instructions),
        cycles=op_cycles(kernel, instructions, core, wait_states),
        scratch_bytes=plan.scratch_bytes,
        flash_bytes=sum(constant.nbytes for constant in op.constants),
    )


def estimate_instructions(op: StoredOp, plan: Plan, core: str) -> tuple[str, float]:
    """The kernel that runs ``op`` as planned, and its instructions."""
    kernel, counts = op_features(op, plan)
    coefficients = measured()["cores"][counted_core(core)][kernel]
    return kernel, sum(coefficients.get(step, 0.0) * n for step, n in counts.items())
