"""Which range of values each float tensor of a network takes.

Calibration runs the float form of the converted network itself, SBNN ops
included, on the representative data and records minimum and maximum of every
float tensor between nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.emitter.emit import emit, is_float
from sbnn_converter.errors import ConversionError
from sbnn_converter.quantization.folding import is_absorbed
from sbnn_converter.quantization.scales import groups_of_one_scale, is_sum, keeps_scale, moves
from sbnn_converter.runtimes.interpreter import Interpreter

# Outputs whose range TFLite's int8 kernels prescribe: scale 1/256 from 0 on, and
# 1/128 around 0.
_UNIT = (0.0, 255 / 256)
_SIGNED_UNIT = (-1.0, 127 / 128)
_PRESCRIBED = {"softmax": _UNIT, "sigmoid": _UNIT, "tanh": _SIGNED_UNIT}

# A tensor of which only the sign is read gets a range that many times smaller
# than its values: they saturate, their signs do not round away.
_SIGN_ZOOM = 32

_keras = tf.keras.layers
# Values of an INT16 tensor that are a little larger than those seen do not saturate.
_WIDE_MARGIN = 1.25

Range = tuple[float, float]


def calibrate(
    graph: g.Graph,
    dataset: Callable[[], Iterable[list[np.ndarray]]],
    only_signs: Collection[g.Node] = (),
) -> dict[g.Node, Range]:
    """Finds the range of every float tensor that wants one of its own.

    Args:
      graph: a graph that the passes have finished with.
      dataset: the ``representative_dataset`` of TFLiteConverter: each call gives
        an iterable over samples, each a list with one array for each input, of
        of shape ``[1, ...]``.
      only_signs: nodes of whose values only the sign matters.

    Raises:
      ConversionError: the dataset is empty or has the wrong shape.
    """
    watched = [
        n for n in graph.nodes() if is_float(n) and not is_absorbed(graph, n) and not moves(n)
    ]
    # A network's inputs are known as they are; the rest are outputs here.
    inner = [n for n in watched if not isinstance(n, g.Input)]
    interpreter = Interpreter(emit(g.Graph(graph.inputs, inner))) if inner else None

    lows = dict.fromkeys(watched, np.inf)
    highs = dict.fromkeys(watched, -np.inf)
    samples = 0
    for sample in dataset():
        arrays = _checked(graph, sample, samples)
        samples += 1
        values = list(zip(graph.inputs, arrays))
        if interpreter is not None:
            outputs = interpreter.predict(arrays)
            outputs = [outputs] if len(inner) == 1 else outputs
            values += zip(inner, outputs)
        for node, value in values:
            lows[node] = min(lows[node], float(value.min()))
            highs[node] = max(highs[node], float(value.max()))
    if samples == 0:
        raise ConversionError(
            "the representative dataset is empty: a hundred typical inputs are wanted"
        )
    ranges = {n: _prescribed(n) or _with_zero(lows[n], highs[n], n in only_signs) for n in watched}
    _let_rectifiers_saturate(graph, ranges)
    _share_ranges(graph, ranges)
    return ranges


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
        prescribed = [p for p in map(_prescribed, group) if p]
        if prescribed:
            found = prescribed
        if found:
            shared = min(low for low, _ in found), max(high for _, high in found)
            ranges.update(dict.fromkeys(filter(is_float, group), shared))


def wide_ranges(
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


def _layer(node: g.Node):
    return node.layer if isinstance(node, g.KerasLayer) else None


def _with_zero(low: float, high: float, only_sign: bool) -> Range:
    """A range that holds 0, as TFLite wants, and is no single point."""
    if only_sign:
        far = max(abs(low), abs(high), 1e-6) / _SIGN_ZOOM
        return -far, far
    low, high = min(low, 0.0), max(high, 0.0)
    return (low, high) if high - low > 1e-6 else (low, low + 1e-6)


def _prescribed(node: g.Node) -> Range | None:
    return _PRESCRIBED.get(_function_name(node))


def free_prescribed_ranges(graph: g.Graph) -> None:
    """Puts an op that changes the scale between a softmax, say, and what joins it with
    others: its own scale is prescribed, and so are theirs by what joins them."""
    for node in graph.nodes():
        if len(node.inputs) < 2 or not keeps_scale(node):
            continue
        if len({_prescribed(n) for n in node.inputs}) == 1:
            continue
        for read in {n for n in node.inputs if _prescribed(n)}:
            channels = read.shape[-1]
            one = g.affine_step(np.ones(channels), np.zeros(channels))
            graph.insert_behind(read, g.Pointwise(read.name, [read], read.shape, [one]), [node])


def _function_name(node: g.Node) -> str:
    """The activation that a node is; other layers have had theirs split off."""
    if isinstance(_layer(node), _keras.Softmax):
        return "softmax"
    if isinstance(_layer(node), _keras.Activation):
        return node.layer.activation.__name__
    return ""


def _checked(graph: g.Graph, sample, index: int) -> list[np.ndarray]:
    arrays = list(sample.values()) if isinstance(sample, dict) else list(sample)
    if len(arrays) != len(graph.inputs):
        raise ConversionError(
            f"sample {index} of the representative dataset has {len(arrays)} arrays: "
            f"one for each of the model's {len(graph.inputs)} inputs is wanted"
        )
    arrays = [np.asarray(a, np.float32) for a in arrays]
    for array, node in zip(arrays, graph.inputs):
        if array.shape[1:] != node.shape or array.ndim == 0:
            raise ConversionError(
                f"sample {index} of the representative dataset has shape "
                f"{array.shape} for input '{node.name}': (1, "
                f"{', '.join(map(str, node.shape))}) is wanted"
            )
        if not np.isfinite(array).all():
            raise ConversionError(
                f"sample {index} of the representative dataset holds NaN or infinite "
                f"values for input '{node.name}'"
            )
    return arrays
