"""The table of what a network takes on a microcontroller."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from sbnn_converter.cost_model.board import Board, Fit
from sbnn_converter.cost_model.network import NetworkCost
from sbnn_converter.report.summary import wide_console


def print_target(cost: NetworkCost, board: Board, found: list[Fit]) -> None:
    """Prints instructions, RAM and flash by op, the totals and what fits."""
    console = wide_console()
    console.print(f"\nestimated for {cost.core}")
    console.print(_op_table(cost))
    console.print(_fit_table(cost, board, found))
    if cost.unknown:
        console.print(
            f"not included: instructions, scratch memory and code of {', '.join(cost.unknown)}"
        )


def _op_table(cost: NetworkCost) -> Table:
    table = Table(show_footer=True)
    total = cost.instructions
    footer = ("all", "", f"{total:,}", "", "", "", f"{cost.ram_bytes:,}",
              f"{cost.constant_bytes:,}")  # fmt: skip
    columns = ("layer", "kernel", "instructions", "share", "tensors", "scratch", "RAM",
               "constants")  # fmt: skip
    for number, (column, last) in enumerate(zip(columns, footer)):
        table.add_column(column, justify="right" if number > 1 else "left", footer=last)
    for step in cost.steps:
        known = step.instructions is not None
        cells = (
            step.name,
            step.kernel,
            f"{step.instructions:,}" if known else "?",
            f"{step.instructions / total:.1%}" if known and total else "",
            f"{step.tensor_bytes:,}",
            f"{step.scratch_bytes:,}" if known else "?",
            f"{step.ram_bytes:,}",
            f"{step.flash_bytes:,}",
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _fit_table(cost: NetworkCost, board: Board, found: list[Fit]) -> Table:
    table = Table(show_header=True, box=None, padding=(0, 2, 0, 0))
    for column in ("", "flash", "RAM", "of which"):
        table.add_column(column, justify="left" if column in ("", "of which") else "right")
    asked = board.flash_kb is not None or board.ram_kb is not None
    if asked:
        table.add_column("")
    for fit in found:
        if fit.way == "plain C":
            parts = (
                f"constants {cost.constant_bytes:,}, kernels {cost.code_bytes:,}; "
                "stack on top"
            )
        else:
            parts = (
                f"file {cost.file_bytes:,}, kernels {cost.code_bytes:,}, checks "
                f"{cost.checks_bytes:,}; its own code and stack on top"
            )
        cells = [fit.way, f"{fit.flash_bytes:,} B", f"{fit.ram_bytes:,} B", parts]
        if asked:
            cells.append("fits" if fit.fits else "too large")
        table.add_row(*(Text(cell) for cell in cells))
    return table
