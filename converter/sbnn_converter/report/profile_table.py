"""Where a network's instructions go: a table with a bar for each op."""

from __future__ import annotations

from rich.bar import Bar
from rich.console import Console

from sbnn_converter.emulation.profile import Profile
from sbnn_converter.report.tables import Column, print_table, report_console

_BAR_WIDTH = 30
_COLUMNS = (
    Column("op", "left"),
    Column("kind", "left", drop=2),
    Column("instructions"),
    Column("share"),
    Column("", "left", drop=1),
)


def print_profile(profile: Profile, console: Console | None = None) -> None:
    """Prints instructions by op, and the memory that the program takes."""
    console = console or report_console()
    most = max((op.instructions for op in profile.ops), default=1)
    whole = max(profile.instructions, 1)
    rows = [
        (
            op.label,
            op.op if op.op != op.label else "",
            f"{op.instructions:,}",
            f"{100 * op.instructions / whole:.1f} %",
            Bar(most, 0, op.instructions, width=_BAR_WIDTH),
        )
        for op in profile.ops
    ]
    footer = ("all", "", f"{profile.instructions:,}", "100 %", "")
    title = f"instructions on {profile.core}"
    print_table(console, _COLUMNS, rows, footer, title=title)
    console.print(
        f"flash {profile.flash_bytes:,} bytes (code, constants, startup), static RAM "
        f"{profile.ram_bytes:,}, stack {profile.stack_bytes:,}"
    )
