"""The table that the programs print: binary layers and what they cost."""

from __future__ import annotations

from rich.table import Table

from sbnn_converter.inspection import Inspection
from sbnn_converter.report.tables import Column, print_table, report_console
from sbnn_converter.report.words import (
    LAYER_TITLES,
    file_parts,
    forms,
    layer_cells,
    told,
    total_cells,
)

_WORDS = ("layer", "kind", "code")
# Columns that a narrow terminal goes without, the lowest first.
_DROP = {"bound": 1, "subtract": 2, "code": 2, "kernel": 3, "kind": 4, "bits/weight": 5}
_COLUMNS = tuple(
    Column(title, "left" if title in _WORDS else "right", drop=_DROP.get(title, 0))
    for title in LAYER_TITLES
)


def print_summary(inspection: Inspection) -> None:
    """Prints the table by layer and the totals on standard output."""
    console = report_console()
    if not inspection.layers:
        console.print("no binary layers")
        return
    footer = total_cells(inspection)
    rows = [told(layer_cells(layer), inspection) for layer in inspection.layers]
    columns = told(_COLUMNS, inspection)
    print_table(console, columns, rows, told(footer, inspection))
    console.print(_forms_table(inspection))
    console.print(_parts_table(inspection))


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
