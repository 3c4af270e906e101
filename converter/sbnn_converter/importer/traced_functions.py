"""Finds out whether a custom layer or function acts on each channel by itself.

Learnt shifts and scales come as custom layers, Lambda layers and plain operators
(``x - shift``); the importer cannot know them by name. It traces such a function
into a TensorFlow graph instead and follows every way from the input to the
result. If all of them rise, or all of them fall, and the other operands are
constants over the channels, then the whole is monotone: it can go into thresholds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.graph.assignments import assigns
from sbnn_converter.graph.thresholds import levels_of
from sbnn_converter.importer.steps_at_zero import levels
from sbnn_keras.core.packages import package_of

_SAME = {"Identity", "StopGradient", "IdentityN"}
_RISING = {"Relu", "Relu6", "Sign", "Round", "Rint", "Floor", "Ceil", "ClipByValue"}
_SUMS = {"AddV2", "Add", "BiasAdd"}
_CHOICES = {"Maximum", "Minimum", "LogicalAnd", "LogicalOr"}
_GREATER = {"GreaterEqual", "Greater"}
_LESS = {"Less", "LessEqual"}
_SELECTS = {"Select", "SelectV2"}
# A function of more values, not evenly spaced, is left as it is: each costs a sign.
_MAX_SIGNS = 4
# These read an input's shape, not its values.
_SHAPE_ONLY = {"OnesLike", "ZerosLike", "Shape"}


@dataclasses.dataclass(frozen=True)
class _Function:
    """What a tensor is as a function of x, channel by channel.

    Attributes:
      trend: +1 where it rises (or stays), -1 where it falls, 0 where it is constant.
      affine: (scale, bias) if it is ``scale * x + bias``; a constant's scale is 0.
    """

    trend: np.ndarray
    affine: tuple[np.ndarray, np.ndarray] | None = None

    def __neg__(self) -> _Function:
        return self.times(-np.ones_like(self.trend, np.float64))

    def times(self, factor: np.ndarray) -> _Function:
        affine = self.affine and tuple(factor * v for v in self.affine)
        return _Function(self.trend * np.sign(factor), affine)

    def bent(self) -> _Function:
        """A rising function of it that is no scale and bias."""
        return _Function(self.trend)


def import_traced(name: str, function: Callable, x: g.Node, shape) -> g.Node | None:
    """``function`` as a function of each channel; None if it is not monotone there,
    or if that cannot be seen."""
    if x.shape != tuple(shape) or not shape or x.dtype != tf.float32:
        return None
    step = _monotone_step(function, shape)
    if step is None:
        return None
    found = step.levels or ()
    bits = _bits(found)
    if bits is None:
        if len(found) > _MAX_SIGNS:
            step = dataclasses.replace(step, levels=None)
        return g.Pointwise(name, [x], shape, [step])
    low, high = found[0], found[-1]
    inner = g.Pointwise(name, [x], shape, [_as_odd_numbers(step, low, high, bits)])
    return levels(name, g.Sign(name, [inner], shape, bits), low, high)


def _bits(values: tuple[float, ...]) -> int | None:
    """Of a sign that takes as many values, evenly spaced like these; None for no sign."""
    bits = len(values).bit_length() - 1
    if bits < 1 or len(values) != 2**bits:
        return None
    even = np.linspace(values[0], values[-1], len(values))
    near = np.abs(even - values).max() < 1e-4 * (even[1] - even[0])
    return bits if near else None


def _as_odd_numbers(step: g.PointwiseStep, low: float, high: float, bits: int) -> g.PointwiseStep:
    """``step``, whose values lie between ``low`` and ``high``, for a sign behind it."""
    top = 2**bits - 1
    if bits == 1:
        return step.minus((low + high) / 2)
    if (low, high) == (-top, top):
        return dataclasses.replace(step, levels=None)
    return step.scaled((low + high) / 2, 2 * top / (high - low))


def _monotone_step(function: Callable, shape) -> g.PointwiseStep | None:
    rank = len(shape) + 1
    try:
        traced = tf.compat.v1.wrap_function(function, [tf.TensorSpec((1, *shape), tf.float32)])
        (x,), (y,) = traced.inputs[:1], traced.outputs
        if assigns(traced):  # running it would change the model
            return None
        # Thresholds are looked for on a single position.
        single = function(tf.zeros((1,) * (rank - 1) + shape[-1:]))
    except Exception:  # nothing that can be called with one float tensor
        return None
    if y.shape != x.shape or y.dtype != tf.float32 or single.shape[:-1].num_elements() != 1:
        return None
    way = _between(x, y)
    operands = _operands(way)
    found = _follow(traced, way, operands, shape)
    if found is None:
        return None
    uniform = all(t.shape.num_elements() == 1 for t in operands)
    step = g.PointwiseStep(function, found.affine, rank, uniform=uniform, key=_key(function))
    if found.affine is not None:
        return step
    return dataclasses.replace(step, levels=_levels(step, shape[-1], rank))


_levels_by_arguments: dict[Hashable, tuple[float, ...] | None] = {}


def _levels(step: g.PointwiseStep, channels: int, rank: int) -> tuple[float, ...] | None:
    """``levels_of``, looked for once for all quantizers that are made with the same arguments."""
    if not step.uniform or step.key is None or getattr(step.apply, "weights", None):
        return levels_of(step, channels, rank)
    if step.key not in _levels_by_arguments:
        _levels_by_arguments[step.key] = levels_of(step, channels, rank)
    return _levels_by_arguments[step.key]


def _key(function: Callable) -> tuple | None:
    """What quantizers have in common that are made with the same arguments."""
    known = package_of(function) in ("larq", "sbnn_keras")
    if not known or not isinstance(function, tf.keras.layers.Layer):
        return None
    if function.weights:
        return (function,)
    config = {**function.get_config(), "name": None}
    return type(function), repr(sorted(config.items()))


def _operands(way: list[tf.Tensor]) -> list[tf.Tensor]:
    """What goes into the tensors of a way beside those on it."""
    on_way = {id(t) for t in way}
    return [t for v in way[1:] for t in v.op.inputs if id(t) not in on_way]


def _follow(traced, way: list[tf.Tensor], operands: list[tf.Tensor], shape) -> _Function | None:
    """The end of ``way`` as a function of its beginning; None if it cannot be seen to be
    monotone."""
    if not way:
        return None
    x, y = way[0], way[-1]
    values = [_over_channels(v, shape) for v in _evaluate(traced, x, operands)]
    ones = np.ones(shape[-1])
    known: dict[int, _Function | None] = {
        id(t): None if v is None else _Function(0 * ones, (0 * ones, v))
        for t, v in zip(operands, values)
    }
    known[id(x)] = _Function(ones, (ones, 0 * ones))
    for tensor in way[1:]:
        op = tensor.op
        inputs = list(op.inputs)
        if op.type == "IdentityN":
            inputs = [inputs[[id(t) for t in op.outputs].index(id(tensor))]]
        read = [f for f in (known[id(t)] for t in inputs) if f is not None]
        known[id(tensor)] = _apply(op, read) if len(read) == len(inputs) else None
    return known[id(y)]


def _between(x: tf.Tensor, y: tf.Tensor) -> list[tf.Tensor]:
    """The tensors on the ways from ``x`` to ``y``, both included, upstream first;
    none if ``y`` does not depend on ``x``."""
    depends = _depends_on(x)
    needed, pending = {}, [y] if id(y) in depends else []
    while pending:
        tensor = pending.pop()
        if id(tensor) in needed:
            continue
        needed[id(tensor)] = tensor
        if tensor is not x:
            pending += [t for t in tensor.op.inputs if id(t) in depends]
    # Operations are numbered as they were traced: behind all that they read.
    order = {id(op): i for i, op in enumerate(x.graph.get_operations())}
    return sorted(needed.values(), key=lambda t: order[id(t.op)])


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
        return rows[0].astype(np.float64) if (rows == rows[0]).all() else None
    except ValueError:  # another shape, or no numbers
        return None


def _apply(op, read: list[_Function]) -> _Function | None:
    """What one operation makes of functions of x; None if it is not monotone."""
    first = read[0]
    if op.type in _SAME:
        return first
    if op.type in _RISING:
        # A clipping's bounds are constants.
        return first.bent() if not any(f.trend.any() for f in read[1:]) else None
    if op.type == "LeakyRelu":
        return first.bent() if op.get_attr("alpha") >= 0 else None
    if op.type == "Cast":
        return first.bent() if _cast_keeps_order(op) else None
    if op.type in ("Neg", "LogicalNot"):
        return -first
    if op.type in _SELECTS:
        return _chosen(*read)
    if op.type in ("Mul", "RealDiv"):
        return _product(op.type, *read)
    if len(read) != 2:
        return None
    second = read[1]
    if op.type in _SUMS and not _over_other_axis(op):
        return _together(first, second, _sum(first, second))
    if op.type == "Sub":
        return _together(first, -second, _sum(first, -second))
    if op.type in _CHOICES:
        return _together(first, second)
    if op.type in _GREATER:
        return _together(first, -second)
    if op.type in _LESS:
        return _together(-first, second)
    return None


def _over_other_axis(op) -> bool:
    return op.type == "BiasAdd" and op.get_attr("data_format") == b"NCHW"


def _cast_keeps_order(op) -> bool:
    """Large floats have no whole number, and all but 0 are True."""
    return op.get_attr("SrcT") == tf.bool or op.get_attr("DstT").is_floating


def _together(a: _Function, b: _Function, affine=None) -> _Function | None:
    """A function that rises with ``a`` and with ``b``."""
    if np.any(a.trend * b.trend < 0):
        return None
    return _Function(np.sign(a.trend + b.trend), affine)


def _sum(a: _Function, b: _Function):
    if a.affine is None or b.affine is None:
        return None
    return tuple(p + q for p, q in zip(a.affine, b.affine))


def _product(kind: str, a: _Function, b: _Function) -> _Function | None:
    if kind == "Mul" and not a.trend.any():
        a, b = b, a
    if b.trend.any() or b.affine is None:
        return None
    factor = b.affine[1]
    if kind == "RealDiv":
        if np.any(factor == 0):
            return None
        factor = 1 / factor
    return a.times(factor)


def _chosen(condition: _Function, a: _Function, b: _Function) -> _Function | None:
    """One of two constants."""
    if a.affine is None or b.affine is None or a.trend.any() or b.trend.any():
        return None
    return _Function(condition.trend * np.sign(a.affine[1] - b.affine[1]))
