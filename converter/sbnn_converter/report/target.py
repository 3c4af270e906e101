"""The table of what a network takes on a microcontroller."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from sbnn_converter.cost_model.board import Board
from sbnn_converter.cost_model.network import NetworkCost
from sbnn_converter.report.summary import wide_console


def print_target(cost: NetworkCost, board: Board) -> None:
    """Prints instructions, RAM and flash by op, the totals and what fits."""
    console = wide_console()
    console.print(f"\nestimated for {cost.core}")
    console.print(_op_table(cost))
    console.print(_way_table(cost, board))
    if cost.unknown:
        console.print(
            "not included: instructions and scratch memory of "
            f"{', '.join(cost.unknown)}, and their code in TensorFlow Lite Micro"
        )


def _op_table(cost: NetworkCost) -> Table:
    table = Table(show_footer=True)
    total = cost.instructions
    footer = ("all", "", f"{total:,}", "", "", "", f"{cost.ram_bytes:,}",
              f"{cost.constant_bytes:,}")  # fmt: skip
    columns = ("layer", "kernel", "instructions", "share", "tensors", "scratch", "RAM",
               "constants")  # fmt: skip
    for number, (column, last) in enumerate(zip(columns, footer)):
        side = "right" if number > 1 else "left"
        table.add_column(column, justify=side, footer=last, overflow="fold")
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


def _way_table(cost: NetworkCost, board: Board) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("", "flash", "RAM"):
        table.add_column(column, justify="right" if column else "left")
    if board.known:
        table.add_column("")
    for column in ("flash is", "RAM is", "on top"):
        table.add_column(column)
    for way in cost.ways:
        cells = [way.name, f"{way.flash_bytes:,} B", f"{way.ram_bytes:,} B"]
        if board.known:
            cells.append("too large" if board.lacks(way) else "fits")
        for parts in (way.flash, way.ram):
            cells.append(", ".join(f"{part} {size:,}" for part, size in parts.items()))
        table.add_row(*(Text(cell) for cell in (*cells, way.beside)))
    return table
