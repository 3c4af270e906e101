"""What results show of themselves in notebooks.

The HTML is made where that of training's summaries is; it is loaded when a notebook asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence


def html_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    footer: Sequence[str] | None = None,
    title: str = "",
    words: Collection[str] = (),
) -> str:
    """A table, see ``sbnn_keras.html_table``."""
    from sbnn_keras import html_table as made

    return made.html_table(columns, rows, footer, title, words)


def html_line(text: str) -> str:
    """A line between tables."""
    from sbnn_keras import html_table as made

    return made.html_line(text)
