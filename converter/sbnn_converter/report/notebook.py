"""What an inspected file shows of itself in a notebook: the tables of `sbnn-inspect`."""

from __future__ import annotations

from sbnn_converter.html_repr import html_table
from sbnn_converter.inspection import Inspection
from sbnn_converter.report.words import (
    LAYER_TITLES,
    file_parts,
    forms,
    layer_cells,
    told,
    total_cells,
)


def inspection_html(inspection: Inspection) -> str:
    """Layers, their weights in other forms, and what the file's bytes are for."""
    tables = []
    if inspection.layers:
        layers = [told(layer_cells(layer), inspection) for layer in inspection.layers]
        footer = told(total_cells(inspection), inspection)
        titles = told(LAYER_TITLES, inspection)
        tables.append(html_table(titles, layers, footer, "binary layers", ("kind", "code")))
        other = [
            (f.name, f"{f.weight_bytes:,}", f.weight_times, f"{f.file_bytes:,}", f.file_times)
            for f in forms(inspection)
        ]
        columns = ("", "bytes", "", "whole file", "")
        tables.append(html_table(columns, other, title="the binary weights in other forms"))
    parts = [(name, f"{size:,}") for name, size in file_parts(inspection)]
    tables.append(html_table(("", "bytes"), parts, title="the file"))
    return "\n".join(tables)
