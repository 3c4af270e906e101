"""What a network takes, as cells of tables: the same in a terminal and in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sbnn_converter.cost_model.timing import Cycles

if TYPE_CHECKING:
    from sbnn_converter.cost_model.network import NetworkCost, StepCost, Way

OP_TITLES = (
    "layer",
    "kernel",
    "instructions",
    "cycles",
    "share",
    "tensors",
    "scratch",
    "RAM",
    "constants",
)
WAY_TITLES = ("", "flash", "RAM", "flash is", "RAM is", "on top")


def op_cells(cost: NetworkCost) -> list[tuple[str, ...]]:
    """A row for each op, with the columns ``OP_TITLES``."""
    return [_op(step, cost.instructions) for step in cost.steps]


def _op(step: StepCost, total: int) -> tuple[str, ...]:
    instructions = step.instructions
    known = instructions is not None
    return (
        step.name,
        step.kernel,
        "?" if instructions is None else f"{instructions:,}",
        "?" if step.cycles is None else f"{step.cycles.likely:,.0f}",
        f"{instructions / total:.1%}" if instructions is not None and total else "",
        f"{step.tensor_bytes:,}",
        f"{step.scratch_bytes:,}" if known else "?",
        f"{step.ram_bytes:,}",
        f"{step.flash_bytes:,}",
    )


def total_cells(cost: NetworkCost) -> tuple[str, ...]:
    """The network as a whole, with the same columns."""
    return (
        "all",
        "",
        f"{cost.instructions:,}",
        f"{cost.cycles.likely:,.0f}",
        "",
        "",
        "",
        f"{cost.ram_bytes:,}",
        f"{cost.constant_bytes:,}",
    )


def way_cells(way: Way) -> tuple[str, ...]:
    """One way to run it, with the columns ``WAY_TITLES``."""
    return (
        way.name,
        f"{way.flash_bytes:,} B",
        f"{way.ram_bytes:,} B",
        *(", ".join(f"{p} {n:,}" for p, n in parts.items()) for parts in (way.flash, way.ram)),
        way.beside,
    )


def cycle_words(cycles: Cycles, wait_states: int, mhz: float | None) -> str:
    """Cycles within their bounds, and the time that they take where the clock is known."""
    bounds = f"{cycles.low:,.0f} to {cycles.high:,.0f}; wait states: {wait_states}"
    text = f"{cycles.likely:,.0f} cycles ({bounds})"
    if mhz is None:
        return text
    time = cycles.milliseconds(mhz)
    return f"{text}, at {mhz:g} MHz {time.likely:,.3g} ms ({time.low:,.3g} to {time.high:,.3g} ms)"


def numeric_words(cost: NetworkCost) -> str:
    """Which figures are those of other kernels than TensorFlow Lite Micro's; empty: none."""
    if not cost.numeric:
        return ""
    return (
        f"estimated as plain C runs them: {', '.join(cost.numeric)}; TensorFlow Lite Micro has "
        "its own kernels (CMSIS-NN's int8 convolutions are faster), whose code and scratch "
        "memory are not included"
    )


def unknown_words(cost: NetworkCost) -> str:
    """What the figures leave out; empty: nothing."""
    if not cost.unknown:
        return ""
    return (
        f"not included: instructions and scratch memory of {', '.join(cost.unknown)}, and their "
        "code in TensorFlow Lite Micro"
    )
