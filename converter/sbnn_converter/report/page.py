"""The HTML report: one file with everything in it, for a desk or a phone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources

from sbnn_converter.inspection import Inspection
from sbnn_converter.report.charts import Bar, bar_chart
from sbnn_converter.report.words import (
    IN_FLOAT32,
    IN_INT8,
    LAYER_TITLES,
    file_parts,
    forms,
    layer_cells,
    told,
    total_cells,
)
from sbnn_converter.verification.verdict import Verdict

_TEXT_COLUMNS = ("kind", "code")


def html_report(inspection: Inspection, name: str, verified: Verdict | None = None) -> str:
    """The report as an HTML document that loads nothing from elsewhere.

    Args:
      inspection: the file.
      name: what to call it.
      verified: what the comparison with Keras found, if there was one.
    """
    css = resources.files(__package__).joinpath("page.css").read_text("utf-8")
    facts = _file_facts(inspection) + list(verified.facts if verified else ())
    body = [_header(inspection, name, verified), _facts(facts)]
    if inspection.layers:
        body += [_density(inspection), _bytes(inspection), _comparison(inspection)]
        body.append(_table(inspection))
    body.append(_file(inspection))
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(name)}</title>",
            f"<style>\n{css}</style>",
            "</head>",
            "<body>",
            *body,
            "</body>",
            "</html>",
            "",
        ]
    )


def _header(inspection: Inspection, name: str, verified: Verdict | None) -> str:
    layers, others = len(inspection.layers), len(inspection.other_ops)
    what = f"{_count(layers, 'binary layer')} and {_count(others, 'other op')}"
    checked = ""
    if verified:
        colour = "good" if verified.agrees else "warn"
        checked = f' <span class="{colour}">{escape(_sentence(verified.text))}</span>'
    return f"<header><h1>{escape(name)}</h1>\n<p>{what}.{checked}</p></header>"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _file_facts(inspection: Inspection) -> list[tuple[str, str, str]]:
    total = inspection.total
    facts = [("File", f"{inspection.bytes:,}", "bytes")]
    if inspection.layers:
        form = {form.name: form for form in forms(inspection)}
        int8, float32 = form[IN_INT8], form[IN_FLOAT32]
        facts += [
            ("Binary weights", f"{total.weights:,}", f"in {total.code_bytes:,} bytes"),
            ("Connections", f"{total.density:.2%}", _connections(inspection)),
            (
                "Bits a weight",
                f"{total.bits_a_weight:.3f}",
                f"entropy bound {total.entropy_bits_a_weight:.3f}",
            ),
            (
                "The file with these weights in int8",
                int8.file_times,
                f"float32 {float32.file_times}; the weights alone "
                f"{int8.weight_times} and {float32.weight_times}",
            ),
        ]
    return facts


def _connections(inspection: Inspection) -> str:
    total = inspection.total
    if any(layer.signed for layer in inspection.layers):
        return f"{total.connections:,}; {total.subtracting:,} of them subtract"
    return f"{total.connections:,} ones"


def _facts(facts) -> str:
    items = "\n".join(
        f"<div><dt>{escape(term)}</dt><dd>{escape(value)} <small>{escape(note)}</small></dd></div>"
        for term, value, note in facts
    )
    return f'<dl class="facts">\n{items}\n</dl>'


def _density(inspection: Inspection) -> str:
    bars = [Bar(layer.name, layer.density, f"{layer.density:.2%}") for layer in inspection.layers]
    return _section(
        "Density by layer",
        "The share of weights that are connections. The longest bar is the densest layer.",
        bar_chart(bars, "density"),
    )


def _bytes(inspection: Inspection) -> str:
    bars = [
        Bar(
            layer.name,
            layer.code_bytes,
            f"{layer.code_bytes:,}",
            behind=layer.one_bit_bytes,
            mark=layer.entropy_bytes,
        )
        for layer in inspection.layers
    ]
    key = (
        '<div class="key"><span class="k-bytes">this file</span>'
        '<span class="k-behind">1 bit a weight</span>'
        '<span class="k-mark">entropy bound</span></div>'
    )
    return _section(
        "Bytes by layer",
        "What each layer's weight code takes.",
        key + bar_chart(bars, "bytes"),
    )


def _comparison(inspection: Inspection) -> str:
    bars = [
        Bar(
            form.name,
            form.weight_bytes,
            f"{form.weight_bytes:,} ({form.weight_times}), file {form.file_bytes:,} "
            f"({form.file_times})",
            behind=form.file_bytes,
        )
        for form in forms(inspection)
    ]
    key = (
        '<div class="key"><span class="k-bytes">weights of the binary layers</span>'
        '<span class="k-behind">the whole file with them</span></div>'
    )
    return _section(
        "The binary weights in other forms",
        "What the weights of all binary layers together would take, and the file with "
        "them. Everything else in the file stays as it is.",
        key + bar_chart(bars, "bytes wide"),
    )


def _file(inspection: Inspection) -> str:
    bars = [Bar(name, size, f"{size:,}") for name, size in file_parts(inspection)]
    return _section("The file", "What its bytes are for.", bar_chart(bars, "bytes"))


def _section(title: str, text: str, content: str) -> str:
    return f"<section><h2>{title}</h2>\n<p>{text}</p>\n{content}\n</section>"


def _table(inspection: Inspection) -> str:
    columns = told(LAYER_TITLES, inspection)
    head = "".join(f'<th scope="col"{_class(column)}>{column}</th>' for column in columns)
    layers = (told(layer_cells(layer), inspection) for layer in inspection.layers)
    rows = "\n".join(_row(columns, cells) for cells in layers)
    total = told(total_cells(inspection), inspection)
    last = _row(columns, total)
    return (
        "<section><table><caption>Layers</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n"
        f"<tfoot>\n{last}\n</tfoot></table></section>"
    )


def _row(columns: Sequence[str], cells: Sequence[str]) -> str:
    first, *rest = cells
    data = "".join(
        f'<td{_class(column)} data-label="{column}">{escape(cell)}</td>'
        for column, cell in zip(columns[1:], rest)
    )
    return f'<tr><th scope="row">{escape(first)}</th>{data}</tr>'


def _class(column: str) -> str:
    return ' class="text"' if column in _TEXT_COLUMNS else ""
