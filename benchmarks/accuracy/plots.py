"""Accuracy against size and against work, all kinds of networks on the same axes."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, PercentFormatter
from rows import Row

# Hue and marker tell the kind twice over, so that no reader depends on colour.
_STYLES = {
    ("schedule", "general"): ("SBNN, general domain", "#0072b2", "o"),
    ("schedule", "01"): ("SBNN, domain 0/1", "#56b4e9", "s"),
    ("schedule", "signed"): ("SBNN, signed", "#cc79a7", "<"),
    ("constraint", "general"): ("SBNN general, constraint", "#009e73", "^"),
    ("constraint", "01"): ("SBNN 0/1, constraint", "#009e73", "v"),
    ("bnn", None): ("BNN, ±1 (Larq)", "#d55e00", "D"),
    ("int8", None): ("int8", "#555555", "P"),
    ("float", None): ("float32", "#999999", "X"),
}
COST = {
    "model_bytes": "model file, bytes",
    "instructions": "instructions a sample, Cortex-M4",
}
SPARSITY = {
    "connections": "connections, share of the weights",
    "bits": "bits a weight in the file",
}


_FRONTIER = {**COST, "ram_bytes": "static RAM in C, Cortex-M4, bytes"}


def accuracy_against(axes: dict[str, str], network_rows: list[Row], title: str, path: Path) -> None:
    """Draws accuracy against each of `axes`, `COST` or `SPARSITY`, side by side."""
    drawn = [
        (name, label)
        for name, label in axes.items()
        if any(getattr(row, name) for row in network_rows)
    ]
    figure, panels = plt.subplots(
        1, len(drawn), figsize=(4.2 * len(drawn), 3.4), sharey=True, squeeze=False
    )
    for panel, (name, label) in zip(panels[0], drawn):
        for key, (kind, colour, marker) in _STYLES.items():
            points = [
                row
                for row in network_rows
                if (row.method, row.domain) == key and getattr(row, name)
            ]
            if points:
                _draw(panel, points, name, kind, colour, marker)
        panel.set_xscale("log")
        panel.set_xlabel(label)
        panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.xaxis.set_major_formatter(
            FuncFormatter(_percent if name == "connections" else _short)
        )
        panel.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
        panel.tick_params(labelsize=8)
        panel.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
        panel.grid(alpha=0.3, linewidth=0.5)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].set_ylabel("test accuracy")
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.suptitle(title, fontsize=11)
    _legend_below(figure, handles, labels, columns=5)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def frontier(network_rows: list[Row], title: str, path: Path) -> None:
    """Draws all networks of a data set together, and the line that none is above."""
    figure, panels = plt.subplots(1, 3, figsize=(12.6, 3.6), sharey=True)
    for panel, (name, label) in zip(panels, _FRONTIER.items()):
        known = [row for row in network_rows if getattr(row, name)]
        for key, (kind, colour, marker) in _STYLES.items():
            points = [row for row in known if (row.method, row.domain) == key]
            x, y = [getattr(row, name) for row in points], [row.accuracy for row in points]
            panel.scatter(x, y, 36, colour, marker, label=kind if points else None)
        best, line = 0.0, []
        for row in sorted(known, key=lambda row: (getattr(row, name), -row.accuracy)):
            if row.accuracy > best:
                best = row.accuracy
                line.append((getattr(row, name), best))
        panel.step(*zip(*line), where="post", color="#333333", linewidth=0.8, zorder=0)
        panel.set_xscale("log")
        panel.set_xlabel(label)
        panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.xaxis.set_major_formatter(FuncFormatter(_short))
        panel.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
        panel.tick_params(labelsize=8)
        panel.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        panel.grid(alpha=0.3, linewidth=0.5)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("test accuracy")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.suptitle(title, fontsize=11)
    _legend_below(figure, handles, labels, columns=6)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _legend_below(figure, handles, labels, columns: int) -> None:
    """A legend that the panels leave room for, whatever number of rows it has."""
    figure.legend(handles, labels, loc="lower center", ncols=columns, fontsize=8, frameon=False)
    rows = -(-len(handles) // columns)
    inches = 0.05 + 0.18 * rows
    figure.tight_layout(rect=(0, inches / figure.get_figheight(), 1, 1))


def _draw(panel, points, name, kind, colour, marker):
    x = [getattr(row, name) for row in points]
    y = [row.accuracy for row in points]
    below = [row.accuracy - row.lowest for row in points]
    above = [row.highest - row.accuracy for row in points]
    panel.errorbar(
        x,
        y,
        [below, above],
        label=kind,
        color=colour,
        marker=marker,
        markersize=6,
        linewidth=1,
        elinewidth=0.8,
    )
    for row, at, height in zip(points, x, y):
        if row.target_connections is not None and name in COST:
            panel.annotate(
                f"{row.target_connections:.0%}",
                (at, height),
                textcoords="offset points",
                xytext=(5, -9),
                fontsize=7,
                color=colour,
            )


def _short(value, _):
    for limit, letter in ((1e6, " M"), (1e3, " k")):
        if value >= limit:
            return f"{value / limit:g}{letter}"
    return f"{value:g}"


def _percent(value, _):
    return f"{100 * value:g} %"
