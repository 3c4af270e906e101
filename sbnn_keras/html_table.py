"""Tables as HTML, for notebooks: what a terminal prints as text is a table there."""

import sys
from collections.abc import Collection, Sequence
from html import escape

# No style sheet: viewers of notebooks drop it, and keep attributes.
_WORDS, _NUMBER = "text-align:left", "text-align:right"
_TITLE = "text-align:left;font-weight:bold"
_SHORT = 24  # characters that stay on one line


def html_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    footer: Sequence[str] | None = None,
    title: str = "",
    words: Collection[str] = (),
) -> str:
    """A table whose cells are text, shown as it is: markup in it is none.

    Args:
        columns: their titles.
        rows: a cell for each column.
        footer: a last row.
        title: above the table.
        words: titles of the columns whose cells are words, which stand to the left; so do
            those of the first column.
    """
    styles = [_WORDS if not i or title in words else _NUMBER for i, title in enumerate(columns)]

    def row(cells: Sequence[str], tag: str) -> str:
        inside = "".join(
            f'<{tag} style="{style}{_whole(cell)}">{_text(cell)}</{tag}>'
            for cell, style in zip(cells, styles)
        )
        return f"<tr>{inside}</tr>"

    caption = f'<caption style="{_TITLE}">{_text(title)}</caption>' if title else ""
    head = f"<thead>{row(columns, 'th')}</thead>" if any(columns) else ""
    body = "\n".join(row(cells, "td") for cells in rows)
    foot = f"\n<tfoot>{row(footer, 'th')}</tfoot>" if footer is not None else ""
    return (
        f'<div style="overflow-x:auto"><table>{caption}{head}\n<tbody>\n{body}\n</tbody>{foot}'
        "</table></div>"
    )


def html_line(text: str) -> str:
    """A line between tables."""
    return f"<p>{_text(text)}</p>"


def _whole(cell: str) -> str:
    return ";white-space:nowrap" if len(cell) <= _SHORT else ""


def _text(cell: str) -> str:
    return escape(" ".join(cell.split()))


def in_notebook() -> bool:
    """Whether what is printed goes to a notebook that can show HTML."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


def show_in_notebook(html: str, text: str) -> None:
    """Shows `html`, and `text` where a notebook is read as text."""
    from IPython.display import display

    display({"text/html": html, "text/plain": text}, raw=True)
