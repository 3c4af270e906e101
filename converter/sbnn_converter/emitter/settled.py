"""Layers that assign variables while they run.

A converted network has no state: TFLiteConverter freezes the variables that nothing
assigns, and what it makes of the others starts without values. Wrappers that prune
assign what stands there already, once it has been assigned at all: it can be frozen.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Sequence
from unittest import mock

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.emitter.alone import trace_alone
from sbnn_converter.errors import ConversionError
from sbnn_converter.graph.assignments import assigns

_ASSIGNING = ("assign", "assign_add", "assign_sub")


@contextlib.contextmanager
def settled(nodes: Sequence[g.Node]) -> Iterator[list[tf.Variable]]:
    """Gives variables the values that running the layers gives them, for a while.

    Yields:
      The variables that running the layers assigns.

    Raises:
      ConversionError: a layer changes a variable in every run.
    """
    assigned = [pair for node in nodes for pair in _assigned(node)]
    before = [variable.numpy() for _, variable in assigned]
    try:
        for node in dict.fromkeys(node for node, _ in assigned):
            _settle(node, [v for n, v in assigned if n is node])
        yield [variable for _, variable in assigned]
    finally:
        for (_, variable), value in zip(assigned, before):
            variable.assign(value)


@contextlib.contextmanager
def without_assignments(variables: Sequence[tf.Variable]) -> Iterator[None]:
    """Inside, ``variables`` keep their values, and so do traces made here."""
    with contextlib.ExitStack() as stack:
        for variable in variables:
            for method in _ASSIGNING:
                unchanged = functools.partial(_read, variable)
                stack.enter_context(mock.patch.object(variable, method, unchanged))
        yield


def _assigned(node: g.Node) -> Iterator[tuple[g.KerasLayer, tf.Variable]]:
    """The variables of a layer that assigns any of them."""
    if not isinstance(node, g.KerasLayer):
        return
    traced = trace_alone(node)
    if assigns(traced):
        for variable in traced.graph.variables:
            yield node, variable


def _settle(node: g.KerasLayer, variables: Sequence[tf.Variable]) -> None:
    """Runs a layer, then again on something else."""
    node.call([_filled(n, 0) for n in node.inputs])
    first = [variable.numpy() for variable in variables]
    node.call([_filled(n, 1) for n in node.inputs])
    for variable, value in zip(variables, first):
        if not np.array_equal(variable.numpy(), value):
            raise ConversionError(
                f"layer '{node.name}' ({type(node.layer).__name__}) changes its variable "
                f"'{variable.name}' whenever it runs, and a converted network keeps "
                "nothing between two runs; use a layer without state (stateful=False)"
            )


def _filled(node: g.Node, value: int) -> tf.Tensor:
    return tf.cast(tf.fill((1, *node.shape), value), node.dtype)


def _read(variable: tf.Variable, *_, **__) -> tf.Tensor:
    return variable.read_value()
