"""Where a network's instructions go: a table with a bar for each op."""

from __future__ import annotations

from rich.bar import Bar
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sbnn_converter.standalone.profile import Profile

_BAR_WIDTH = 30


def print_profile(profile: Profile, console: Console | None = None) -> None:
    """Prints instructions by op, and the memory that the program takes."""
    if console is None:
        console = Console(highlight=False)
        if not console.is_terminal:
            console = Console(highlight=False, width=120)  # a pipe or file: do not fold
    most = max((op.instructions for op in profile.ops), default=1)
    whole = max(profile.instructions, 1)
    table = Table(show_footer=True, title=f"instructions on {profile.core}")
    table.add_column("op", footer="all", overflow="fold")
    table.add_column("kind", overflow="fold")
    table.add_column(
        "instructions", justify="right", footer=f"{profile.instructions:,}"
    )
    table.add_column("share", justify="right", footer="100 %")
    table.add_column("", width=_BAR_WIDTH)
    for op in profile.ops:
        table.add_row(
            Text(op.label),
            Text(op.op if op.op != op.label else ""),
            f"{op.instructions:,}",
            f"{100 * op.instructions / whole:.1f} %",
            Bar(most, 0, op.instructions, width=_BAR_WIDTH),
        )
    console.print(table)
    console.print(
        f"flash {profile.flash_bytes:,} bytes (code, constants, startup), static RAM "
        f"{profile.ram_bytes:,}, stack {profile.stack_bytes:,}"
    )
