"""The table that the programs print: binary layers and what they cost."""

from __future__ import annotations

from rich.table import Table

from sbnn_converter.inspection import InspectedLayer, Inspection, WeightCost
from sbnn_converter.report.tables import Column, print_table, report_console
from sbnn_converter.report.words import code_words, file_parts, forms, shape_words, told

_COLUMNS = (
    Column("layer", "left"),
    Column("kind", "left", drop=4),
    Column("kernel", drop=3),
    Column("connections"),
    Column("subtract", drop=2),
    Column("density"),
    Column("code", "left", drop=2),
    Column("bytes"),
    Column("bits/weight", drop=5),
    Column("bound", drop=1),
)


def print_summary(inspection: Inspection) -> None:
    """Prints the table by layer and the totals on standard output."""
    console = report_console()
    if not inspection.layers:
        console.print("no binary layers")
        return
    total = inspection.total
    footer = ("all", "", "", *_numbers(total, ""))
    rows = [told(_cells(layer), inspection) for layer in inspection.layers]
    columns = told(_COLUMNS, inspection)
    print_table(console, columns, rows, told(footer, inspection))
    console.print(_forms_table(inspection))
    console.print(_parts_table(inspection))


def _cells(layer: InspectedLayer) -> tuple[str, ...]:
    numbers = _numbers(layer, code_words(layer))
    return (layer.name, layer.kind, shape_words(layer), *numbers)


def _numbers(cost: WeightCost, code: str) -> tuple[str, ...]:
    return (
        f"{cost.connections:,}",
        f"{cost.subtracting:,}",
        f"{cost.density:.2%}",
        code,
        f"{cost.code_bytes:,}",
        f"{cost.bits_a_weight:.3f}",
        f"{cost.entropy_bits_a_weight:.3f}",
    )


def _forms_table(inspection: Inspection) -> Table:
    """The binary weights in other forms, alone and with all the rest of the file."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="")
    for title in ("bytes", "weights", "", "whole file", ""):
        table.add_column(title, justify="right" if table.columns else "left")
    for form in forms(inspection):
        table.add_row(
            f"binary weights {form.name}",
            f"{form.weight_bytes:,}",
            form.weight_times,
            f"{form.file_bytes:,}",
            form.file_times,
        )
    return table


def _parts_table(inspection: Inspection) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_row()
    for name, size in file_parts(inspection):
        table.add_row(name, f"{size:,} bytes")
    return table
