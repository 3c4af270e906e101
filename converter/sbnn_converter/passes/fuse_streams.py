"""A residual stream becomes planes: what a layer adds to it leaves the layer scaled.

The sums of a binary layer, times a power of two and with an offset for each channel,
are a whole number of steps, which the op adds to the stream before it. Behind a max
pooling the op writes one plane more than a stream has, so that adding loses nothing, and
``SbnnAdd`` adds.

All sums that the layer can have are put through Keras's float32 computation: the planes
are those numbers, or the stream stays what Keras computes, in floats.
"""

from __future__ import annotations

import math

import numpy as np

from sbnn_converter.graph import (
    AveragePool,
    BinarySum,
    Concat,
    Graph,
    KerasLayer,
    MaxPool,
    Node,
    OutputStage,
    Pointwise,
    PoolGeometry,
    Reshape,
    SbnnOp,
    StreamSum,
    affine_step,
    apply_steps,
    composed_affine,
)
from sbnn_converter.graph.stage_constants import StreamScale
from sbnn_converter.passes.fuse_sums import face_read, fused_op, source_of
from sbnn_converter.passes.representation import face_of, is_free, planes_of
from sbnn_converter.passes.uniform_affine import affine_of
from sbnn_converter.tensors.face import Face

_MOST_PLANES = 16
_MOST_POSITIONS = 2**8  # of an average
_INT32_MAX = 2**31 - 1
_LARGEST_SHIFT = 31
# Of more sums than this some are tried, not all.
_MOST_SUMS = 2**18


class FuseStreams:
    def match(self, graph: Graph, node: Node) -> StreamSum | None:
        return node if isinstance(node, StreamSum) else None

    def transform(self, graph: Graph, node: StreamSum) -> None:
        planes = _as_planes(graph, node)
        if planes is not None:
            graph.replace(node, planes)
        else:
            _as_floats(graph, node)


def _as_floats(graph: Graph, node: StreamSum) -> None:
    """Lets Keras's own computation stand in the place of a stream."""
    values = KerasLayer(node.name, node.inputs, node.shape, node.layer, node.call)
    for reader in graph.readers(node):
        if isinstance(reader, Pointwise) and reader.steps[0].is_same(node.value_step):
            reader.steps = reader.steps[1:]
            graph.set_inputs(reader, [values])
            if not reader.steps:
                graph.replace(reader, values)
        else:  # pooled, say, before it is brought to steps
            channels = node.shape[-1]
            to_odd = affine_step(np.full(channels, 2 / node.step), np.ones(channels))
            odd = Pointwise(node.name, [values], node.shape, [to_odd])
            graph.insert_behind(node, odd, [reader])


def _as_planes(graph: Graph, node: StreamSum) -> Node | None:
    """The op whose planes are ``node``; None if there is none that is exact."""
    *before, update = node.inputs
    found = _Update.find(graph, node, update)
    if found is None:
        return None
    if not before:
        planes = found.written(node, node.bits)
        return planes and _in_shape(node, planes)
    stream = _stream_behind(before[0], node.step)
    if stream is None:
        return None
    bits = face_of(stream).planes
    if bits == node.bits and found.pool is None:
        return found.written(node, bits, added=stream)
    more = max(bits, node.bits) + 1
    added = found.written(node, more) if more <= _MOST_PLANES else None
    if added is None:
        return None
    options = {
        "channels": node.shape[-1] if len(node.shape) > 1 else 1,
        "other_planes": more,
    }
    return SbnnOp(
        node.name,
        [planes_of(stream), planes_of(added)],
        node.shape,
        "SbnnAdd",
        options,
        reads=Face(planes=bits),
        face=Face(planes=node.bits),
    )


def _in_shape(node: Node, planes: Node) -> Node:
    if planes.shape == node.shape:
        return planes
    return Reshape(node.name, [planes], node.shape)


class _Update:
    """What is added to a stream: sums, functions behind them, and perhaps a pooling.

    Attributes:
      sums: the layer's, of planes.
      steps: scale and bias behind them, those behind the pooling included.
      pool: the pooling, or None.
      falling: bool ``[channels]``: where the pooling takes the least sum.
    """

    def __init__(self, sums: BinarySum, way: list[Node]):
        self.sums, self.way = sums, way
        self.reads = face_read(sums, source_of(sums))
        self.steps = [s for n in reversed(way) if isinstance(n, Pointwise) for s in n.steps]
        self.pool = next((n for n in way if isinstance(n, MaxPool)), None)
        self.falling = np.zeros(sums.shape[-1], bool)
        if self.pool is not None:
            behind = way[way.index(self.pool) + 1 :]
            for step in (s for n in behind if isinstance(n, Pointwise) for s in n.steps):
                self.falling ^= step.affine is not None and step.affine[0] < 0

    @classmethod
    def find(cls, graph: Graph, stream: StreamSum, update: Node) -> _Update | None:
        """The sums of planes that nothing but ``stream`` reads ``update`` of."""
        way: list[Node] = []
        reader: Node = stream
        node = update
        while not isinstance(node, BinarySum):
            affine = isinstance(node, Pointwise) and all(s.affine for s in node.steps)
            pooling = isinstance(node, MaxPool) and not any(isinstance(n, MaxPool) for n in way)
            if not (affine or pooling or is_free(node)):
                return None
            if graph.only_reader(node) is not reader:
                return None
            way.append(node)
            reader, node = node, node.inputs[0]
        if graph.only_reader(node) is not reader:
            return None
        found = cls(node, way)
        return found if found.reads.is_planes else None

    def written(self, stream: StreamSum, planes: int, added: Node | None = None) -> Node | None:
        """The sums as so many planes of steps: an op that writes them, and the pooling."""
        stage = self._scale(stream, planes)
        if stage is None:
            return None
        shape = self.sums.shape
        behind = OutputStage(tuple(self.steps), shape)
        face = Face(planes=planes)
        x = source_of(self.sums)
        if self.pool is None:
            shape = stream.shape
        op = fused_op(self.sums, x, self.reads, shape, behind, stage, face)
        if added is not None:
            op.inputs = [*op.inputs, planes_of(added)]
        if self.pool is None:
            return op
        marks = self.falling ^ (stage.multipliers < 0)
        return MaxPool(self.pool.name, [op], self.pool.shape, self.pool.geometry, marks)

    def _scale(self, stream: StreamSum, planes: int) -> StreamScale | None:
        """The scale that makes steps of sums; None if it does not on every sum."""
        channels = self.sums.shape[-1]
        unit = 2.0**-self.sums.kernel.domain_shift
        affine = composed_affine(self.steps, np.full(channels, unit), np.zeros(channels))
        if affine is None:
            return None
        scale, bias = affine
        ratio = stream.factors / stream.step
        stage = _rounding_down(scale * ratio, bias * ratio + stream.offsets + 0.5)
        bound = self.sums.kernel.largest_sum * self.reads.cuts
        if stage is None or not _is_exact(stage, self, stream, planes, bound, unit):
            return None
        return stage


def _rounding_down(factors: np.ndarray, offsets: np.ndarray) -> StreamScale | None:
    """``floor(sum * factor + offset)`` in whole numbers; None if a factor is no power of two."""
    mantissas, exponents = np.frexp(factors)
    if np.any(np.abs(mantissas) != 0.5):
        return None
    shift = int(np.clip(1 - exponents.min(), 0, _LARGEST_SHIFT))
    multipliers = factors * 2.0**shift
    offsets = np.floor(offsets * 2.0**shift)
    if np.any(np.abs(multipliers) > _INT32_MAX) or np.any(np.abs(multipliers) < 1):
        return None
    limited = np.clip(offsets, -_INT32_MAX, _INT32_MAX)
    return StreamScale(multipliers.astype(np.int32), limited.astype(np.int32), shift)


def _is_exact(
    stage: StreamScale, update: _Update, stream: StreamSum, planes: int, bound: int, unit: float
) -> bool:
    """Whether ``stage`` gives what Keras computes, within ``planes``, of all sums."""
    import tensorflow as tf

    sums = np.arange(-bound, bound + 1)
    if len(sums) > _MOST_SUMS:
        middle = np.random.default_rng(0).choice(sums, _MOST_SUMS, replace=False)
        sums = np.unique([-bound, bound, *middle])
    top = 2 ** (planes - 1)
    channels = update.sums.shape[-1]
    inner = (1,) * (len(stream.shape) - 1)
    for part in np.array_split(sums, max(1, len(sums) * channels // 2**22)):
        x = np.broadcast_to(part[:, None] * unit, (len(part), channels)).astype(np.float32)
        x = tf.constant(x.reshape(len(part), *inner, channels))
        y = apply_steps(update.steps, x).numpy().reshape(len(part), channels)
        wanted = np.floor(stream.normalized(y) * np.float32(1 / stream.step) + np.float32(0.5))
        found = part[:, None] * stage.multipliers.astype(np.int64) + stage.offsets >> stage.shift
        if np.any(np.clip(wanted, -top, top - 1) != np.clip(found, -top, top - 1)):
            return False
    return True


def _stream_behind(value: Node, step: float) -> Node | None:
    """The planes of which ``value``, rounded to whole steps, is the number of steps; None if
    it is something else."""
    if isinstance(value, Pointwise):
        same = affine_of(value) == (step / 2, -step / 2)
        x = value.inputs[0]
        return x if same and face_of(x).is_planes else None
    if isinstance(value, Concat) and len(value.shape) > 1:
        parts: dict[Node, Node] = {}
        for x in dict.fromkeys(value.inputs):
            stream = _stream_behind(x, step)
            if stream is None:
                return None
            parts[x] = stream
        if len({face_of(stream) for stream in parts.values()}) > 1:
            return None
        return Concat(value.name, [parts[x] for x in value.inputs], value.shape)
    geometry = _mean_over(value)
    if geometry is None and not is_free(value):
        return None
    stream = _stream_behind(value.inputs[0], step)
    if stream is None:
        return None
    if geometry is None:
        return Reshape(value.name, [stream], value.shape)
    return AveragePool(value.name, [stream], value.shape, geometry)


def _mean_over(node: Node) -> PoolGeometry | None:
    """The windows of an average pooling that planes can do: of a power of two of positions,
    all of them inside."""
    if not isinstance(node, KerasLayer):
        return None
    import tensorflow as tf

    layer = node.layer
    if type(layer) is not tf.keras.layers.AveragePooling2D or layer.data_format != "channels_last":
        return None
    pool, strides = tuple(layer.pool_size), tuple(layer.strides)
    sizes = zip(node.inputs[0].shape, node.shape, pool, strides)
    inside = all((outputs - 1) * stride + window <= size for size, outputs, window, stride in sizes)
    area = math.prod(pool)
    if not inside or area > _MOST_POSITIONS or area & (area - 1):
        return None
    return PoolGeometry(pool, strides, (0, 0), layer.padding)
