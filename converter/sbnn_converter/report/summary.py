"""The table that the programs print: binary layers and what they cost."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sbnn_converter.inspection import InspectedLayer, Inspection
from sbnn_converter.report.words import (
    code_words,
    comparison_rows,
    file_parts,
    shape_words,
)

_COLUMNS = (
    ("layer", "left"),
    ("kind", "left"),
    ("kernel", "right"),
    ("connections", "right"),
    ("density", "right"),
    ("code", "left"),
    ("bytes", "right"),
    ("bits/weight", "right"),
    ("bound", "right"),
)


def print_summary(inspection: Inspection) -> None:
    """Prints the table by layer and the totals on standard output."""
    console = wide_console()
    if not inspection.layers:
        console.print("no binary layers")
        return
    console.print(_layer_table(inspection))
    console.print(_totals_table(inspection))


def wide_console() -> Console:
    """Standard output; a pipe or file gets lines that are not folded."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160)


def _layer_table(inspection: Inspection) -> Table:
    table = Table(show_footer=True)
    total = inspection.total
    footer = (
        "all",
        "",
        "",
        f"{total.connections:,}",
        f"{total.density:.2%}",
        "",
        f"{total.code_bytes:,}",
        f"{total.bits_a_weight:.3f}",
        f"{total.entropy_bits_a_weight:.3f}",
    )
    for (column, side), last in zip(_COLUMNS, footer):
        table.add_column(column, justify=side, footer=last, overflow="fold")
    for layer in inspection.layers:
        table.add_row(*(Text(cell) for cell in _cells(layer)))
    return table


def _cells(layer: InspectedLayer) -> tuple[str, ...]:
    return (
        layer.name,
        layer.kind,
        shape_words(layer),
        f"{layer.connections:,}",
        f"{layer.density:.2%}",
        code_words(layer),
        f"{layer.code_bytes:,}",
        f"{layer.bits_a_weight:.3f}",
        f"{layer.entropy_bits_a_weight:.3f}",
    )


def _totals_table(inspection: Inspection) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for name, size, ratio in comparison_rows(inspection):
        table.add_row(name, f"{size:,} bytes", ratio)
    table.add_row()
    for name, size in file_parts(inspection):
        table.add_row(name, f"{size:,} bytes")
    return table
