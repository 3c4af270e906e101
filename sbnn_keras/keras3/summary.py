"""`summary(model)`: what Keras's summary says, and what sparsity adds to it."""

import math
import os
import shutil
import sys

import keras
import numpy as np

from sbnn_keras.core.summary_words import (
    UNCONTROLLED,
    closing_lines,
    held_words,
    left_out_words,
)
from sbnn_keras.html_table import html_line, html_table, in_notebook, show_in_notebook
from sbnn_keras.keras3.expected_connections import ExpectedConnectionsLoss
from sbnn_keras.keras3.keras_2 import check_model
from sbnn_keras.keras3.kernels import sparse_binary_kernels

__all__ = ["summary"]


def summary(model, print_fn=None, include_macs: bool = True) -> None:
    """Prints Keras's summary of a model and a table of its connections.

    For each binarized kernel: weights, connections (ones), density, how the density
    is controlled, bits a weight at the entropy bound, operations a sample, and the
    share of the dense layer's operations that is saved. Where `ExpectedConnections`
    has trained the model, its target and the share now. On a narrow terminal the
    tables leave out columns, and say so; a notebook shows them as tables.

    Args:
        model: a built Keras model.
        print_fn: called with each piece of text, for whose width there is no limit;
            `print` by default.
        include_macs: whether the table counts operations.

    Raises:
        ValueError: the model has not been built, or a latent weight is NaN or infinite.
    """
    check_model(model)
    width = _terminal_width() if print_fn is None else None
    shown_as_html = print_fn is None and in_notebook()
    print_fn = print_fn or print
    for loss in keras.tree.flatten(getattr(model, "loss", None)):
        if isinstance(loss, ExpectedConnectionsLoss):  # of a model just loaded
            loss.mark(model)
    if not model.built:
        raise ValueError("This model has not been built: call it, `build` or `fit` first.")
    if shown_as_html:
        model.summary()  # it knows notebooks
    else:
        model.summary(print_fn=lambda text, **how: print_fn(text), line_length=width)
    rows = [_row(kernel) for kernel in sparse_binary_kernels(model)]
    if not rows:
        print_fn("No sparse binary layers.")
        return
    table = [_HEADER, *(row.cells() for row in rows), _total(rows).cells()]
    if not include_macs:
        table = [[*row[:7]] for row in table]
    title, lines = f"{model.name} connections", closing_lines(rows)
    texts = [_fitted(table, title, width, _LEAST), *lines]
    if shown_as_html:
        header, *body, last = table
        html = [html_table(header, body, last, title, ("Control",)), *map(html_line, lines)]
        show_in_notebook("\n".join(html), "\n".join(texts))
        return
    for text in texts:
        print_fn(text)


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
    left_out: list[str] = []
    text = _as_text(table)
    for column in least:
        if width is None or len(text.splitlines()[0]) <= width:
            break
        left_out.append(" ".join(column.split()))
        kept = [i for i, name in enumerate(table[0]) if name != column]
        table = [[row[i] for i in kept] for row in table]
        text = _as_text(table)
    if left_out and width is not None:
        text = f"{text}\n{left_out_words(left_out, width)}"
    return f"{title}\n{text}"


def _as_text(table) -> str:
    """A line for each row, numbers to the right."""
    rows = [[" ".join(cell.split()) for cell in row] for row in table]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = [
        "  ".join(
            cell.ljust(width) if (i in (0, 4) and len(row) > 4) or not i else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths))
        )
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _number(count: int) -> str:
    """A count with three digits and a unit."""
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return str(count)


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
            "?" if self.dense is None else _number(self.operations),
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
    pixels = _output_pixels(kernel)
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


def _output_pixels(kernel) -> int | None:
    """At how many positions a sample's kernel is applied; None if that is not known."""
    shape = getattr(kernel.layer, "output", None)
    shape = None if shape is None else shape.shape
    if shape is None or None in shape[1:]:
        return None
    first = getattr(kernel.layer, "data_format", None) == "channels_first"
    return math.prod(shape[2:] if first else shape[1:-1])


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
