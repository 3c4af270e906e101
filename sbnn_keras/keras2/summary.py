"""`summary(model)`: what Larq's summary says, and what sparsity adds to it."""

import os
import shutil
import sys

import larq as lq
import numpy as np
import tensorflow as tf
from larq.models import (
    LayersTable,
    ModelProfile,
    SummaryTable,
    _number_as_readable_str,
)

from sbnn_keras.core.summary_words import (
    UNCONTROLLED,
    closing_lines,
    held_words,
    left_out_words,
)
from sbnn_keras.html_table import html_line, html_table, in_notebook, show_in_notebook
from sbnn_keras.keras2.expected_connections import ExpectedConnectionsLoss
from sbnn_keras.keras2.keras_3 import check_model
from sbnn_keras.keras2.kernels import sparse_binary_kernels

__all__ = ["summary"]


def summary(model, print_fn=None, include_macs: bool = True) -> None:
    """Prints Larq's summary of a model and a table of its connections.

    For each binarized kernel: weights, connections (ones), density, how the density
    is controlled, bits a weight at the entropy bound, operations a sample, and the
    share of the dense layer's operations that is saved. Where `ExpectedConnections`
    has trained the model, its target and the share now. On a narrow terminal the
    tables leave out columns, and say so; a notebook shows them as tables.

    Args:
        model: a built Keras model.
        print_fn: called with each piece of text, for whose width there is no limit;
            `print` by default.
        include_macs: as in `larq.models.summary`.

    Raises:
        ValueError: the model has not been built, or a latent weight is NaN or infinite.
    """
    check_model(model)
    width = _terminal_width() if print_fn is None else None
    for loss in tf.nest.flatten(getattr(model, "loss", None)):
        if isinstance(loss, ExpectedConnectionsLoss):  # of a model just loaded
            loss.mark(model)
    if not model.built:
        raise ValueError("This model has not been built: call it, `build` or `fit` first.")
    profile = ModelProfile(model)
    stats = profile.generate_table()
    facts = profile.generate_summary(include_macs)
    rows = [_row(kernel) for kernel in sparse_binary_kernels(model)]
    table = [_HEADER, *(row.cells() for row in rows), _total(rows).cells()] if rows else None
    lines = closing_lines(rows) if rows else ["No sparse binary layers."]
    titles = [f"{model.name} {what}" for what in ("stats", "summary", "connections")]
    texts = [
        _fitted(stats, titles[0], width, _least_of_larq(stats[0])),
        SummaryTable(facts, title=titles[1]).table,
        *([] if table is None else [_fitted(table, titles[2], width, _LEAST)]),
        *lines,
    ]
    if print_fn is None and in_notebook():
        html = [_html(stats, titles[0]), html_table(("", ""), _as_text(facts), title=titles[1])]
        html += [] if table is None else [_html(table, titles[2])]
        html += map(html_line, lines)
        show_in_notebook("\n".join(html), "\n".join(texts))
        return
    for text in texts:
        (print_fn or print)(text)


def _html(table, title: str) -> str:
    """A table of a header, rows and a last row of totals."""
    header, *rows, last = _as_text(table)
    return html_table(header, rows, last, title, words=("Control",))


def _as_text(table) -> list[list[str]]:
    return [[f"{x:.2f}" if isinstance(x, float) else str(x) for x in row] for row in table]


_HEADER = [
    "Layer",
    "Weights",
    "Connections",
    "Density",
    "Control",
    "Bits/weight\n(entropy)",
    "Bytes\n(entropy)",
    "Operations\n/sample",
    "Saved",
]
# Columns that a narrow terminal goes without, the first one first.
_LEAST = [
    "Bytes\n(entropy)",
    "Saved",
    "Operations\n/sample",
    "Bits/weight\n(entropy)",
    "Weights",
]


def _fitted(table, title: str, width: int | None, least) -> str:
    """The table as text, without some of the columns `least` where it is too wide."""
    left_out = []
    text = LayersTable(table, title=title)
    for column in least:
        if width is None or text.table_width <= width:
            break
        left_out.append(" ".join(column.split()))
        kept = [i for i, name in enumerate(table[0]) if name != column]
        table = [[row[i] for i in kept] for row in table]
        text = LayersTable(table, title=title)
    if not left_out or width is None:
        return text.table
    return f"{text.table}\n{left_out_words(left_out, width)}"


def _least_of_larq(header) -> list[str]:
    """Of Larq's columns those that a narrow terminal goes without, in their order."""
    words = ("Input prec", "-bit MACs", "Memory", "Outputs")
    return [name for word in words for name in header if word in name]


def _terminal_width() -> int | None:
    """Columns of the terminal that is printed on; None for a file or notebook."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return shutil.get_terminal_size().columns
    return None


class _Row:
    def __init__(self, name, weights, ones, control, bits, operations, dense, target=None):
        self.name = name
        self.weights = weights
        self.ones = ones
        self.control = control
        self.bits = bits
        self.operations = operations
        self.dense = dense
        self.target = target

    def cells(self):
        return [
            self.name,
            f"{self.weights:,}",
            f"{self.ones:,}",
            f"{self.ones / self.weights:.2%}",
            self.control,
            f"{self.bits / self.weights:.3f}",
            f"{self.bits / 8:,.0f}",
            "?" if self.dense is None else _number_as_readable_str(self.operations),
            "?" if not self.dense else f"{1 - self.operations / self.dense:.1%}",
        ]


def _row(kernel) -> _Row:
    quantizer = kernel.quantizer
    steps = kernel.steps()
    ones, weights = np.count_nonzero(steps), steps.size
    control, target = UNCONTROLLED, None
    if quantizer.held_share is not None:
        control = held_words(quantizer.connections, ones, weights)
    elif quantizer.connections is not None:
        control = f"target {quantizer.connections:.4g}, not held yet"
    elif quantizer.constrained_to is not None:
        target = quantizer.constrained_to
        control = f"constrained, EC {target:.4g}"
    pixels = lq.models.LayerProfile(kernel.layer).output_pixels
    return _Row(
        name=kernel.label,
        weights=weights,
        ones=ones,
        control=control,
        bits=weights * quantizer.bits(ones / weights),
        operations=None if pixels is None else ones * pixels,
        dense=None if pixels is None else weights * pixels,
        target=target,
    )


def _total(rows) -> _Row:
    known = all(row.dense is not None for row in rows)
    return _Row(
        name="Total",
        weights=sum(row.weights for row in rows),
        ones=sum(row.ones for row in rows),
        control="",
        bits=sum(row.bits for row in rows),
        operations=sum(row.operations for row in rows) if known else None,
        dense=sum(row.dense for row in rows) if known else None,
    )
