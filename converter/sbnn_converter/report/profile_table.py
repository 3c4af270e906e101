"""Where a network's instructions and cycles go: a table with a bar for each op."""

from __future__ import annotations

from rich.bar import Bar
from rich.console import Console, RenderableType

from sbnn_converter.cost_model.timing import Cycles
from sbnn_converter.emulation.profile import Profile
from sbnn_converter.report.tables import Column, print_table, report_console
from sbnn_converter.report.words import cycle_words

_BAR_WIDTH = 30
_OP = (Column("op", "left"), Column("kind", "left", drop=2), Column("instructions"))
_CYCLES = (Column("cycles", drop=4),)
_TIME = (Column("ms", drop=3),)
_SHARE = (Column("share"), Column("", "left", drop=1))


def print_profile(
    profile: Profile, console: Console | None = None, *, mhz: float | None = None
) -> None:
    """Prints instructions and cycles by op, and the memory that the program takes.

    Args:
      profile: what was counted.
      console: default: standard output.
      mhz: the clock, to print milliseconds as well.
    """
    console = console or report_console()
    with_cycles = profile.cycles is not None
    with_time = with_cycles and mhz is not None
    columns = [*_OP, *(_CYCLES if with_cycles else ()), *(_TIME if with_time else ()), *_SHARE]
    most = max((op.instructions for op in profile.ops), default=1)
    whole = max(profile.instructions, 1)
    rows: list[list[RenderableType]] = [
        [
            op.label,
            op.op if op.op != op.label else "",
            f"{op.instructions:,}",
            *_cycle_cells(op.cycles, with_cycles, mhz),
            f"{100 * op.instructions / whole:.1f} %",
            Bar(most, 0, op.instructions, width=_BAR_WIDTH),
        ]
        for op in profile.ops
    ]
    total = _cycle_cells(profile.cycles, with_cycles, mhz)
    footer = ("all", "", f"{profile.instructions:,}", *total, "100 %", "")
    title = f"instructions on {profile.core}"
    if with_cycles:
        title += ", cycles estimated from them"
    print_table(console, columns, rows, footer, title=title)
    if profile.cycles is not None:
        console.print(cycle_words(profile.cycles, profile.wait_states, mhz))
        if profile.without_cycles:
            console.print(f"not included in the cycles: {', '.join(profile.without_cycles)}")
    console.print(
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
