"""How each value of a network is rounded, from the values that were seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.emitter.emit import Int8, is_float
from sbnn_converter.quantization.prescribed import Range, prescribed_range
from sbnn_converter.quantization.scales import groups_of_one_scale, is_sum
from sbnn_converter.quantization.wide import widened_behind

# A tensor of which only the sign is read gets a range that many times smaller
# than its values: they saturate, their signs do not round away.
_SIGN_ZOOM = 32
# A little less than a half, so that exact zeros stay zero and positive.
_ALMOST_HALF = 0.498
_STEPS_IN_RANGE = 255
_OFF_HALVES = 1 + 1 / 1024
# Values of an INT16 tensor that are a little larger than those seen do not saturate.
_WIDE_MARGIN = 1.25


def decide(
    graph: g.Graph,
    seen: Mapping[g.Node, Range],
    signed: Collection[g.Pointwise],
    wide: Collection[g.Node],
) -> Int8:
    """Decides on the range of every float tensor that wants one of its own.

    Args:
      graph: the network in its int8 form; values of which only the sign is read are
        rounded down in it.
      seen: least and largest value of each.
      signed: the nodes of which only the sign is read.
      wide: the nodes that are to be INT16.
    """
    ranges = {
        n: prescribed_range(n) or _with_zero(*_off_halves(n, values), n in signed)
        for n, values in seen.items()
    }
    _let_rectifiers_saturate(graph, ranges)
    _share_ranges(graph, ranges)
    _round_down(signed, ranges)
    return Int8(ranges, _wide_ranges(graph, ranges, wide), widened_behind(wide))


def _let_rectifiers_saturate(graph: g.Graph, ranges: dict[g.Node, Range]) -> None:
    """Gives what only a ReLU reads the ReLU's own range, which begins at 0: negative
    values saturate there, and nothing is rounded twice."""
    for node in graph.nodes():
        if not isinstance(node, g.Pointwise) or node.steps[0].affine is not None:
            continue
        source = node.inputs[0]
        if (
            isinstance(source, g.SbnnOp)
            and graph.only_reader(source) is node
            and ranges[node][0] == 0.0
        ):
            ranges[source] = ranges[node]


def _share_ranges(graph: g.Graph, ranges: dict[g.Node, Range]) -> None:
    """One range for an op that moves values about and for all that it reads."""
    for group in groups_of_one_scale(graph):
        found = [ranges[n] for n in group if n in ranges]
        prescribed = [p for p in map(prescribed_range, group) if p]
        if prescribed:
            found = prescribed
        if found:
            shared = min(low for low, _ in found), max(high for _, high in found)
            ranges.update(dict.fromkeys(filter(is_float, group), shared))


def _wide_ranges(
    graph: g.Graph, ranges: dict[g.Node, Range], wide: Collection[g.Node]
) -> dict[g.Node, float]:
    """How far from 0 each INT16 tensor reaches, which is all that its scale needs.

    What is added has the scale of the sum: whole numbers are then added as they are.
    """
    far = {n: max(map(abs, ranges[n])) * _WIDE_MARGIN for n in wide}
    groups = [*groups_of_one_scale(graph), *([n, *n.inputs] for n in wide if is_sum(n))]
    groups = [[n for n in group if n in wide] for group in groups]
    while unequal := [group for group in groups if len({far[n] for n in group}) > 1]:
        for group in unequal:
            far.update(dict.fromkeys(group, max(far[n] for n in group)))
    return far


def _off_halves(node: g.Node, values: Range) -> Range:
    """A range in which activations of several bits, which are whole numbers, are not halves of a
    step: these are rounded up by some versions of TensorFlow Lite, to even numbers by others."""
    if isinstance(node, g.SbnnOp) and node.op == "SbnnDequantize":
        return values[0] * _OFF_HALVES, values[1] * _OFF_HALVES
    return values


def _with_zero(low: float, high: float, only_sign: bool) -> Range:
    """A range that holds 0, as TFLite wants, and is no single point."""
    if only_sign:
        far = max(abs(low), abs(high), 1e-6) / _SIGN_ZOOM
        return -far, far
    low, high = min(low, 0.0), max(high, 0.0)
    return (low, high) if high - low > 1e-6 else (low, low + 1e-6)


def _round_down(nodes: Collection[g.Pointwise], ranges: dict[g.Node, Range]) -> None:
    """Takes almost half a step off the values of ``nodes``."""
    for node in nodes:
        low, high = ranges[node]
        shift = _ALMOST_HALF * (high - low) / _STEPS_IN_RANGE
        bias = np.full(node.shape[-1], -shift, np.float32)
        node.steps = [*node.steps, g.PointwiseStep(_adding(bias))]


def _adding(bias: np.ndarray):
    return lambda x: x + tf.constant(bias)
