"""Where a network's instructions and cycles go: a table with a bar for each op."""

from __future__ import annotations

from rich.bar import Bar
from rich.console import Console, RenderableType

from sbnn_converter.cost_model.cells import cycle_words
from sbnn_converter.emulation.profile import Profile
from sbnn_converter.emulation.profile_cells import (
    memory_words,
    profile_cells,
    profile_titles,
    title_words,
    total_cells,
)
from sbnn_converter.report.tables import Column, print_table, report_console

_BAR_WIDTH = 30
_BAR = Column("", "left", drop=1)
# Columns that a narrow terminal goes without, the lowest first.
_DROP = {"kind": 2, "ms": 3, "cycles": 4}


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
    columns = [
        Column(title, "left" if title in ("op", "kind") else "right", drop=_DROP.get(title, 0))
        for title in profile_titles(profile, mhz)
    ]
    most = max((op.instructions for op in profile.ops), default=1)
    rows: list[list[RenderableType]] = [
        [*cells, Bar(most, 0, op.instructions, width=_BAR_WIDTH)]
        for cells, op in zip(profile_cells(profile, mhz), profile.ops)
    ]
    footer = (*total_cells(profile, mhz), "")
    print_table(console, [*columns, _BAR], rows, footer, title=title_words(profile))
    if profile.cycles is not None:
        console.print(cycle_words(profile.cycles, profile.wait_states, mhz))
        if profile.without_cycles:
            console.print(f"not included in the cycles: {', '.join(profile.without_cycles)}")
    console.print(memory_words(profile))
