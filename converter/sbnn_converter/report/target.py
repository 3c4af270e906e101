"""The table of what a network takes on a microcontroller."""

from __future__ import annotations

from rich.console import Console

from sbnn_converter.cost_model.board import Board
from sbnn_converter.cost_model.network import NetworkCost
from sbnn_converter.report.tables import Column, print_table, report_console
from sbnn_converter.report.words import cycle_words

_OP_COLUMNS = (
    Column("layer", "left"),
    Column("kernel", "left", drop=4),
    Column("instructions"),
    Column("cycles", drop=5),
    Column("share", drop=3),
    Column("tensors", drop=2),
    Column("scratch", drop=1),
    Column("RAM"),
    Column("constants"),
)


def print_target(cost: NetworkCost, board: Board) -> None:
    """Prints instructions, RAM and flash by op, the totals and what fits."""
    console = report_console()
    console.print(f"\nestimated for {cost.core}")
    _print_ops(console, cost)
    console.print(cycle_words(cost.cycles, board.wait_states, board.mhz))
    _print_ways(console, cost, board)
    if cost.unknown:
        console.print(
            "not included: instructions and scratch memory of "
            f"{', '.join(cost.unknown)}, and their code in TensorFlow Lite Micro"
        )


def _print_ops(console: Console, cost: NetworkCost) -> None:
    total = cost.instructions
    footer = (
        "all",
        "",
        f"{total:,}",
        f"{cost.cycles.likely:,.0f}",
        "",
        "",
        "",
        f"{cost.ram_bytes:,}",
        f"{cost.constant_bytes:,}",
    )
    rows = []
    for step in cost.steps:
        instructions = step.instructions
        known = instructions is not None
        rows.append(
            (
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
        )
    print_table(console, _OP_COLUMNS, rows, footer)


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
        cells = [way.name, f"{way.flash_bytes:,} B", f"{way.ram_bytes:,} B"]
        if board.known:
            cells.append("too large" if board.lacks(way) else "fits")
        for parts in (way.flash, way.ram):
            cells.append(", ".join(f"{part} {size:,}" for part, size in parts.items()))
        rows.append((*cells, way.beside))
    print_table(console, columns, rows, box=None, padding=(0, 2, 0, 0))
