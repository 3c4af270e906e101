"""The table of what a network takes on a microcontroller."""

from __future__ import annotations

from rich.console import Console

from sbnn_converter.cost_model.board import Board
from sbnn_converter.cost_model.cells import (
    OP_TITLES,
    cycle_words,
    numeric_words,
    op_cells,
    total_cells,
    unknown_words,
    way_cells,
)
from sbnn_converter.cost_model.network import NetworkCost
from sbnn_converter.report.tables import Column, print_table, report_console

# Columns that a narrow terminal goes without, the lowest first.
_DROP = {"scratch": 1, "tensors": 2, "share": 3, "kernel": 4, "cycles": 5}
_OP_COLUMNS = tuple(
    Column(title, "left" if title in ("layer", "kernel") else "right", drop=_DROP.get(title, 0))
    for title in OP_TITLES
)


def print_target(cost: NetworkCost, board: Board) -> None:
    """Prints instructions, RAM and flash by op, the totals and what fits."""
    console = report_console()
    console.print(f"\nestimated for {cost.core}")
    print_table(console, _OP_COLUMNS, op_cells(cost), total_cells(cost))
    console.print(cycle_words(cost.cycles, board.wait_states, board.mhz))
    _print_ways(console, cost, board)
    for words in filter(None, (numeric_words(cost), unknown_words(cost))):
        console.print(words)


def _print_ways(console: Console, cost: NetworkCost, board: Board) -> None:
    columns = [Column("", "left"), Column("flash"), Column("RAM")]
    if board.known:
        columns.append(Column("", "left"))
    columns += [
        Column("flash is", "left", drop=2, words=True),
        Column("RAM is", "left", drop=1, words=True),
        Column("on top", "left"),
    ]
    rows = []
    for way in cost.ways:
        name, flash, ram, *parts = way_cells(way)
        fits = ["too large" if board.lacks(way) else "fits"] if board.known else []
        rows.append((name, flash, ram, *fits, *parts))
    print_table(console, columns, rows, box=None, padding=(0, 2, 0, 0))
