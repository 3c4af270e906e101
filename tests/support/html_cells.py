"""The cells of HTML tables, as a reader sees them."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.cell: list[str] | None = None

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.cell = []

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.tables[-1][-1].append("".join(self.cell))
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data)


def tables_of(html: str) -> list[list[list[str]]]:
    """The tables of a text: rows of cells, heads and feet among them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.tables


def number(cell: str) -> float:
    """What a cell says: ``"1,234 B"`` is 1234, ``"5.00%"`` 0.05."""
    figure = cell.replace(",", "").removesuffix(" B").removesuffix(" %")
    return float(figure[:-1]) / 100 if figure.endswith("%") else float(figure)
