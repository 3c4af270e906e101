"""A profile as cells of a table: the same in a terminal and in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sbnn_converter.cost_model.timing import Cycles

if TYPE_CHECKING:
    from sbnn_converter.emulation.profile import Profile


def profile_titles(profile: Profile, mhz: float | None = None) -> tuple[str, ...]:
    """The columns: cycles and milliseconds only where they are known."""
    cycles = () if profile.cycles is None else ("cycles",) if mhz is None else ("cycles", "ms")
    return ("op", "kind", "instructions", *cycles, "share")


def profile_cells(profile: Profile, mhz: float | None = None) -> list[tuple[str, ...]]:
    """A row for each op."""
    whole = max(profile.instructions, 1)
    known = profile.cycles is not None
    return [
        (
            op.label,
            op.op if op.op != op.label else "",
            f"{op.instructions:,}",
            *_cycle_cells(op.cycles, known, mhz),
            f"{100 * op.instructions / whole:.1f} %",
        )
        for op in profile.ops
    ]


def total_cells(profile: Profile, mhz: float | None = None) -> tuple[str, ...]:
    """The network as a whole."""
    cycles = _cycle_cells(profile.cycles, profile.cycles is not None, mhz)
    return ("all", "", f"{profile.instructions:,}", *cycles, "100 %")


def title_words(profile: Profile) -> str:
    """What the table shows."""
    title = f"instructions on {profile.core}"
    return title if profile.cycles is None else title + ", cycles estimated from them"


def memory_words(profile: Profile) -> str:
    """What the program takes."""
    return (
        f"flash {profile.flash_bytes:,} bytes (code, constants, startup), static RAM "
        f"{profile.ram_bytes:,}, stack {profile.stack_bytes:,}"
    )


def _cycle_cells(cycles: Cycles | None, shown: bool, mhz: float | None) -> list[str]:
    if not shown:
        return []
    cells = ["?" if cycles is None else f"{cycles.likely:,.0f}"]
    if mhz is not None:
        cells.append("?" if cycles is None else f"{cycles.milliseconds(mhz).likely:,.3g}")
    return cells
