"""Bar charts as inline SVG: one small drawing a bar, so that text stays text.

Bars are drawn in percent of the width that they are given. Labels stand beside
them as HTML: they wrap on a phone, can be selected, and keep their size.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from html import escape


@dataclasses.dataclass(frozen=True)
class Bar:
    """One bar of a chart.

    Attributes:
      label: what it stands for.
      value: its length, in the units of the chart.
      words: the value as it is to be read.
      behind: length of a pale bar behind it, for comparison.
      mark: place of a thin line across it, for a limit.
    """

    label: str
    value: float
    words: str
    behind: float | None = None
    mark: float | None = None


def bar_chart(bars: Sequence[Bar], css_class: str) -> str:
    """A chart with one row a bar; the longest reaches the full width.

    Args:
      bars: from top to bottom.
      css_class: colours the bars (``report/page.css``).
    """
    longest = max((max(b.value, b.behind or 0, b.mark or 0) for b in bars), default=0)
    rows = "\n".join(_row(bar, longest or 1.0) for bar in bars)
    return f'<div class="chart {escape(css_class)}">\n{rows}\n</div>'


def _row(bar: Bar, longest: float) -> str:
    shapes = []
    if bar.behind is not None:
        shapes.append(_rectangle("behind", bar.behind / longest))
    shapes.append(_rectangle("bar", bar.value / longest))
    if bar.mark is not None:
        at = f"{100 * bar.mark / longest:.3f}%"
        shapes.append(f'<line class="mark" x1="{at}" x2="{at}" y1="0" y2="16"/>')
    label, words = escape(bar.label), escape(bar.words)
    return (
        f'<div class="row"><span class="label">{label}</span>'
        f'<svg role="img" aria-label="{label}: {words}">{"".join(shapes)}</svg>'
        f'<span class="value">{words}</span></div>'
    )


def _rectangle(css_class: str, share: float) -> str:
    return f'<rect class="{css_class}" y="2" height="12" rx="2" width="{100 * share:.3f}%"/>'
