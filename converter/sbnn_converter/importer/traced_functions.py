"""Finds out whether a custom layer or function acts on each channel by itself.

Learnt shifts and scales come as custom layers, Lambda layers and plain operators
(``x - shift``); the importer cannot know them by name. It traces such a function
into a TensorFlow graph instead and follows the way from the result back to the
input. If every operation on it is monotone and its other operands are constants
over the channels, then so is the whole: it can go into thresholds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.importer.steps_at_zero import levels
from sbnn_converter.thresholds import FloatSums, find_thresholds

_SAME = {"Identity", "StopGradient"}
_AFFINE = {"AddV2", "Add", "BiasAdd", "Sub", "Mul", "RealDiv", "Neg"}
_MONOTONE = {"Relu", "Relu6", "Sign", "Maximum", "Minimum", "Cast"}
_COMPARISONS = {"GreaterEqual", "Greater", "Less", "LessEqual"}
_SELECTS = {"Select", "SelectV2"}
# These read an input's shape, not its values.
_SHAPE_ONLY = {"OnesLike", "ZerosLike", "Shape"}


def import_traced(name: str, function: Callable, x: g.Node, shape) -> g.Node | None:
    """``function`` as a function of each channel; None if it is not monotone there,
    or if that cannot be seen."""
    if x.shape != shape or not shape or x.dtype != tf.float32:
        return None
    step = _monotone_step(function, shape)
    if step is None:
        return None
    binary = _two_levels(step, shape)
    if binary is None:
        return g.Pointwise(name, [x], shape, [step])
    low, high = binary
    middle = (low + high) / 2
    centred = g.PointwiseStep(lambda t: step.apply(t) - middle, rank=step.rank)
    inner = g.Pointwise(name, [x], shape, [centred])
    return levels(name, g.Sign(name, [inner], shape), low, high)


def _monotone_step(function: Callable, shape) -> g.PointwiseStep | None:
    try:
        traced = tf.compat.v1.wrap_function(
            function, [tf.TensorSpec((1, *shape), tf.float32)]
        )
        (x,), (y,) = traced.inputs[:1], traced.outputs
    except Exception:  # nothing that can be called with one float tensor
        return None
    if y.shape != x.shape or y.dtype != tf.float32:
        return None
    way = _way(x, y)
    if way is None:
        return None
    operands = [t for _, others in way for t in others]
    constants = dict(zip(map(id, operands), _evaluate(traced, x, operands)))
    scale, bias = np.ones(shape[-1]), np.zeros(shape[-1])
    affine = True
    for tensor, others in way:
        values = [_over_channels(constants[id(t)], shape) for t in others]
        if any(v is None for v in values):
            return None
        op = tensor.op
        if op.type in _AFFINE:
            a, c = _affine(op, others, values)
            scale, bias = scale * a, bias * a + c
        elif op.type == "LeakyRelu" and op.get_attr("alpha") < 0:
            return None
        elif op.type not in _SAME and op.type != "IdentityN":
            affine = False
    return g.PointwiseStep(
        function, (scale, bias) if affine else None, rank=len(shape) + 1
    )


def _way(x: tf.Tensor, y: tf.Tensor) -> list[tuple[tf.Tensor, list]] | None:
    """The results between x and y with their other operands, x first; None if
    there is more than one way, or an operation that is not monotone."""
    depends = _depends_on(x)
    way = []
    while y is not x:
        op = y.op
        if op.type == "IdentityN":
            inputs = [op.inputs[op.outputs.index(y)]]
        else:
            inputs = list(op.inputs)
        known = _SAME | _AFFINE | _MONOTONE | _COMPARISONS | _SELECTS
        if op.type not in known | {"IdentityN", "LeakyRelu"}:
            return None
        on = [t for t in inputs if id(t) in depends]
        divided = op.type == "RealDiv" and on[:1] != inputs[:1]
        chosen = op.type in _SELECTS and on[:1] != inputs[:1]
        if len(on) != 1 or divided or chosen:
            return None
        way.append((y, [t for t in inputs if t is not on[0]]))
        y = on[0]
    return way[::-1]


def _depends_on(x: tf.Tensor) -> set[int]:
    """Ids of the tensors whose values depend on those of ``x``."""
    found, pending = {id(x)}, [x]
    while pending:
        for op in pending.pop().consumers():
            if op.type in _SHAPE_ONLY:
                continue
            for tensor in op.outputs:
                if id(tensor) not in found:
                    found.add(id(tensor))
                    pending.append(tensor)
    return found


def _evaluate(traced, x: tf.Tensor, tensors: list) -> list[np.ndarray]:
    if not tensors:
        return []
    values = traced.prune([x], tensors)(tf.zeros(x.shape))
    return [v.numpy() for v in values]


def _over_channels(value: np.ndarray, shape) -> np.ndarray | None:
    """An operand as a vector over the channels, if it is the same everywhere."""
    try:
        rows = np.broadcast_to(value, (1, *shape)).reshape(-1, shape[-1])
    except ValueError:
        return None
    return rows[0].astype(np.float64) if (rows == rows[0]).all() else None


def _affine(op, others, values) -> tuple[np.ndarray | float, np.ndarray | float]:
    """Scale and bias of one operation."""
    if op.type == "Neg":
        return -1.0, 0.0
    (value,) = values
    if op.type == "Mul":
        return value, 0.0
    if op.type == "RealDiv":
        return 1 / value, 0.0
    if op.type == "Sub":
        return (-1.0, value) if others[0] is op.inputs[0] else (1.0, -value)
    return 1.0, value


def _two_levels(step: g.PointwiseStep, shape) -> tuple[float, float] | None:
    """The two values that ``step`` takes, if there are just two in all channels.

    A monotone function takes no others than those at its ends if it has these on
    both sides of the place where it changes.
    """
    if step.affine is not None:
        return None
    channels = shape[-1]

    def at(x: np.ndarray) -> np.ndarray:
        probe = np.broadcast_to(x, channels).astype(np.float32)
        return step.apply(
            tf.constant(probe.reshape((1,) * len(shape) + (-1,)))
        ).numpy().ravel()

    top = np.float32(FloatSums().value(np.array(FloatSums().range()[1])))
    ends = np.stack([at(-top), at(top)])
    low, high = float(ends.min()), float(ends.max())
    if not low < high or not np.isin(ends, [low, high]).all():
        return None
    middle = g.PointwiseStep(lambda t: step.apply(t) - (low + high) / 2, rank=step.rank)
    place = find_thresholds([middle], channels, step.rank, FloatSums()).values
    around = np.stack([at(place), at(np.nextafter(place, np.float32(-np.inf)))])
    return (low, high) if np.isin(around, [low, high]).all() else None
