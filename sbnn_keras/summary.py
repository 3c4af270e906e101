"""`summary(model)`: what Larq's summary says, and what sparsity adds to it."""

import larq as lq
import numpy as np
import tensorflow as tf
from larq.models import LayersTable, _number_as_readable_str

from sbnn_keras.entropy import entropy_bits
from sbnn_keras.kernels import sparse_binary_kernels

__all__ = ["summary"]


def summary(model, print_fn=None, include_macs: bool = True) -> None:
    """Prints Larq's summary of a model and a table of its connections.

    For each binarized kernel: weights, connections (ones), density, how the density
    is controlled, bits a weight at the entropy bound, operations a sample, and the
    share of the dense layer's operations that is saved.

    Args:
        model: a built Keras model.
        print_fn: called with each piece of text; `print` by default.
        include_macs: as in `larq.models.summary`.

    Raises:
        ValueError: the model has not been built.
    """
    print_fn = print_fn or print
    lq.models.summary(model, print_fn=print_fn, include_macs=include_macs)
    rows = [_row(kernel) for kernel in sparse_binary_kernels(model)]
    if not rows:
        print_fn("No sparse binary layers.")
        return
    table = [_HEADER, *(row.cells() for row in rows), _total(rows).cells()]
    print_fn(LayersTable(table, title=f"{model.name} connections").table)
    loose = [row.name for row in rows if row.control == _UNCONTROLLED]
    if loose:
        print_fn(
            f"Not controlled: {', '.join(loose)}. Nothing holds the density of these "
            "layers (about half ones); give `connections`, a ConnectionsSchedule or "
            "ExpectedConnections."
        )


_UNCONTROLLED = "not controlled"
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


class _Row:
    def __init__(self, name, weights, ones, control, bits, operations, dense):
        self.name = name
        self.weights = weights
        self.ones = ones
        self.control = control
        self.bits = bits
        self.operations = operations
        self.dense = dense

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
    ones = int(np.count_nonzero(quantizer.ones(tf.convert_to_tensor(kernel.latent)).numpy()))
    weights = int(np.prod(kernel.variable.shape))
    control = _UNCONTROLLED
    if quantizer.is_controlled:
        control = f"held at {quantizer.connections:.4g}"
    pixels = lq.models.LayerProfile(kernel.layer).output_pixels
    return _Row(
        name=kernel.label,
        weights=weights,
        ones=ones,
        control=control,
        bits=weights * entropy_bits(ones / weights),
        operations=None if pixels is None else ones * pixels,
        dense=None if pixels is None else weights * pixels,
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
