"""Tables that fit: a narrow terminal loses columns before it breaks names or numbers."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

# A longer name is folded before a column is given up for it.
_NAME_WIDTH = 36
_LEAST_NAME_WIDTH = 8
_WORDS_WIDTH = 24  # narrower columns of words are no pleasure to read
_NO_LIMIT = 10_000


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
      title: above it.
      justify: ``"left"`` or ``"right"``.
      drop: which columns a narrow terminal goes without: those with 1 first, then
        those with 2, and so on; 0 stays.
      words: holds several words and may break between them.
    """

    title: str
    justify: str = "right"
    drop: int = 0
    words: bool = False


def report_console() -> Console:
    """Standard output, as wide as the terminal or as COLUMNS says.

    A pipe or a file has no width: lines are as long as they are.
    """
    console = Console(highlight=False)
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(highlight=False, width=_NO_LIMIT)


def print_table(
    console: Console,
    columns: Sequence[Column],
    rows: Sequence[Sequence[RenderableType]],
    footer: Sequence[str] | None = None,
    **table_options,
) -> None:
    """Prints a table, and names the columns that are left out for lack of width.

    Args:
      console: as from ``report_console``.
      columns: the first one holds names; it alone is folded, where all others that
        may be left out already are.
      rows: a cell for each column; text is shown as it is, without markup.
      footer: a last row.
      **table_options: of ``rich.table.Table``.
    """
    kept = list(range(len(columns)))
    table = _table(columns, rows, footer, kept, _NAME_WIDTH, table_options)
    for _, number in sorted((c.drop, -i) for i, c in enumerate(columns) if c.drop):
        if _least_width(console, table) <= console.width:
            break
        kept.remove(-number)
        table = _table(columns, rows, footer, kept, _NAME_WIDTH, table_options)
    too_much = _least_width(console, table) - console.width
    if too_much > 0:
        widest = _least(columns, rows, footer, 0, _NAME_WIDTH)
        name_width = max(_LEAST_NAME_WIDTH, widest - too_much)
        table = _table(columns, rows, footer, kept, name_width, table_options)
    console.print(table)
    left_out = [c.title for i, c in enumerate(columns) if i not in kept and c.title]
    if left_out:
        console.print(f"left out on {console.width} columns: {', '.join(left_out)}")


def _table(columns, rows, footer, kept, name_width: int, options) -> Table:
    table = Table(show_footer=footer is not None, **options)
    for i in kept:
        column = columns[i]
        table.add_column(
            column.title,
            justify=column.justify,
            footer=footer[i] if footer else "",
            overflow="fold",
            min_width=_least(columns, rows, footer, i, name_width),
            no_wrap=i > 0 and not column.words,
        )
    for row in rows:
        table.add_row(*(_cell(row[i]) for i in kept))
    return table


def _least(columns, rows, footer, number: int, name_width: int) -> int:
    """The width that a column of this number is to have at least."""
    column = columns[number]
    texts = [*(row[number] for row in rows), column.title, footer[number] if footer else ""]
    least = max(cell_len(text) for text in texts if isinstance(text, str))
    if number == 0:
        return min(least, name_width)
    return min(least, _WORDS_WIDTH) if column.words else least


def _cell(content: RenderableType) -> RenderableType:
    return Text(content) if isinstance(content, str) else content


def _least_width(console: Console, table: Table) -> int:
    unlimited = console.options.update(width=_NO_LIMIT)
    return Measurement.get(console, unlimited, table).minimum
