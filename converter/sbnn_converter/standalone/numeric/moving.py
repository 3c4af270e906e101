"""Ops that only move elements to other places."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from sbnn_converter.standalone.call import Call, NotExportable, array, struct
from sbnn_converter.standalone.numeric.common import (
    activation,
    need_constant,
    need_one_image,
    simple,
    type_of,
)
from sbnn_converter.tflite.flatbuffer import StoredStep


@dataclasses.dataclass(frozen=True)
class Walk:
    """A way through a tensor on four nested axes, in bytes: ``sbnn_net_walk``.

    Attributes:
      start: where it begins.
      bytes: what is taken at each place of the innermost axis.
      counts, steps: of each axis, outermost first.
    """

    start: int
    bytes: int
    counts: tuple[int, ...]
    steps: tuple[int, ...]


def concatenation(op: StoredStep) -> Call:
    y = op.outputs[0]
    axis = op.options.axis % len(y.shape)
    if activation(op):
        raise NotExportable("found a fused activation, wanted none")
    item = y.bytes // y.elements
    rows = math.prod(y.shape[:axis])
    pitch = y.bytes // rows
    statements, places, offset = [], {"y": y}, 0
    for i, x in enumerate(op.inputs):
        if x is None or x.data is not None or x.type != y.type:
            raise NotExportable("found a constant or a second type among its inputs")
        if x.type != "FLOAT32" and (x.scale, x.zero) != (y.scale, y.zero):
            raise NotExportable("found inputs of different scales, wanted one scale")
        size = x.elements // rows * item
        statements.append(
            f"sbnn_net_copy_rows({{x{i}}}, {size}, (uint8_t*){{y}} + {offset}, {pitch}, "
            f"{size}, {rows});"
        )
        places[f"x{i}"] = x
        offset += size
    return Call(tuple(statements), places, ("sbnn_net_copy_rows",))


def pad(op: StoredStep) -> Call:
    need_one_image(op)
    kind = type_of(op, "INT8", "FLOAT32")
    x, y = op.input(0), op.outputs[0]
    pads = need_constant(op.inputs[1], "paddings").reshape(-1, 2)
    if len(x.shape) != 4 or pads[0].any():
        raise NotExportable("found a padded batch, wanted an image")
    item = x.bytes // x.elements
    channels = y.shape[3] * item
    row = y.shape[2] * channels
    inner = x.shape[3] * item
    start = (pads[1][0] * y.shape[2] + pads[2][0]) * channels + pads[3][0] * item
    functions: tuple[str, ...] = ("sbnn_net_copy_rows",)
    if kind == "INT8":
        fill = f"memset({{y}}, {x.zero & 0xFF}, {y.bytes});"
    else:
        fill = f"sbnn_net_fill_float(0.0f, (float*){{y}}, {y.elements});"
        functions += ("sbnn_net_fill_float",)
    statements = [fill]
    for line in range(x.shape[1]):
        statements.append(
            f"sbnn_net_copy_rows((const uint8_t*){{x}} + {line * x.shape[2] * inner}, "
            f"{inner}, (uint8_t*){{y}} + {start + line * row}, {channels}, {inner}, "
            f"{x.shape[2]});"
        )
    return Call(tuple(statements), {"x": x, "y": y}, functions)


def _item_bytes(op: StoredStep) -> int:
    """Bytes of an element; all tensors that are moved have one type and one scale."""
    x = op.input(1) if op.name == "SPLIT" else op.input(0)
    for y in op.outputs:
        if y.type != x.type:
            raise NotExportable(f"found {x.type.lower()} to {y.type.lower()}")
        if x.type != "FLOAT32" and (x.scale, x.zero) != (y.scale, y.zero):
            raise NotExportable("found another scale of its output, wanted one scale")
    return x.bytes // x.elements


def split(op: StoredStep) -> Call:
    """SPLIT (axis, x) and SPLIT_V (x, sizes, axis)."""
    place = 0 if op.name == "SPLIT" else 2
    x = op.input(1) if op.name == "SPLIT" else op.input(0)
    axis = int(need_constant(op.inputs[place], "axis").ravel()[0]) % len(x.shape)
    item = _item_bytes(op)
    rows = math.prod(x.shape[:axis])
    pitch = x.bytes // rows
    statements, places, offset = [], {"x": x}, 0
    for i, y in enumerate(op.outputs):
        size = y.elements // rows * item
        statements.append(
            f"sbnn_net_copy_rows((const uint8_t*){{x}} + {offset}, {pitch}, {{y{i}}}, "
            f"{size}, {size}, {rows});"
        )
        places[f"y{i}"] = y
        offset += size
    return Call(tuple(statements), places, ("sbnn_net_copy_rows",))


def _strided_slice_walk(op: StoredStep) -> Walk:
    x, o = op.input(0), op.options
    begins, ends, strides = (
        [int(v) for v in need_constant(tensor, "bounds").ravel()] for tensor in op.inputs[1:4]
    )
    if o.ellipsisMask or o.newAxisMask or len(begins) > len(x.shape):
        raise NotExportable("found an ellipsis or a new axis, wanted plain bounds")
    picked = [range(size) for size in x.shape]
    for axis, (begin, end, stride) in enumerate(zip(begins, ends, strides)):
        bit = 1 << axis
        if o.shrinkAxisMask & bit:
            at = begin % x.shape[axis]
            picked[axis] = range(at, at + 1)
            continue
        part = slice(
            None if o.beginMask & bit else begin,
            None if o.endMask & bit else end,
            stride,
        )
        picked[axis] = picked[axis][part]
    return _walk(op, picked, tuple(range(len(x.shape))))


def _slice_walk(op: StoredStep) -> Walk:
    x = op.input(0)
    begins, sizes = (
        [int(v) for v in need_constant(tensor, "bounds").ravel()] for tensor in op.inputs[1:3]
    )
    picked = [
        range(begin, whole if size < 0 else begin + size)
        for begin, size, whole in zip(begins, sizes, x.shape)
    ]
    return _walk(op, picked, tuple(range(len(x.shape))))


def _transpose_walk(op: StoredStep) -> Walk:
    axes = tuple(
        int(a) % len(op.input(0).shape) for a in need_constant(op.inputs[1], "permutation").ravel()
    )
    return _walk(op, [range(size) for size in op.input(0).shape], axes)


def _walk(op: StoredStep, picked: list[range], axes: tuple[int, ...]) -> Walk:
    """A walk over ``picked`` of each axis of the input, the axes in this order."""
    x, y, item = op.input(0), op.outputs[0], _item_bytes(op)
    if math.prod(len(p) for p in picked) != y.elements or not y.elements:
        raise NotExportable(f"found {x.shape} to {y.shape}")
    pitches = [math.prod(x.shape[axis + 1 :]) * item for axis in range(len(x.shape))]
    start = sum(p.start * pitch for p, pitch in zip(picked, pitches))
    # (count, step) of each axis, outermost first; neighbours that are one walk are one.
    walk: list[tuple[int, int]] = []
    for axis in axes:
        count, step = len(picked[axis]), picked[axis].step * pitches[axis]
        if count == 1:
            continue
        if walk and walk[-1][1] == count * step:
            count *= walk.pop()[0]
        walk.append((count, step))
    run = item
    if walk and walk[-1][1] == item:
        run *= walk.pop()[0]
    if len(walk) > 4:
        raise NotExportable("found more than four axes that are not together")
    walk = [(1, 0)] * (4 - len(walk)) + walk
    return Walk(start, run, tuple(count for count, _ in walk), tuple(step for _, step in walk))


_WALKS: Mapping[str, Callable[[StoredStep], Walk]] = {
    "SLICE": _slice_walk,
    "STRIDED_SLICE": _strided_slice_walk,
    "TRANSPOSE": _transpose_walk,
}


def walk_of(op: StoredStep) -> Walk:
    """The way that a slice or a transposition takes through its input."""
    return _WALKS[op.name](op)


def pick(op: StoredStep) -> Call:
    """SLICE, STRIDED_SLICE and TRANSPOSE."""
    walk, name = walk_of(op), f"op{op.number}_walk"
    constant = struct(
        "sbnn_net_walk",
        name,
        {
            "start": walk.start,
            "bytes": walk.bytes,
            "counts": _braces(walk.counts),
            "steps": _braces(walk.steps),
        },
    )
    return simple(op, "sbnn_net_pick", f"&{name}, {{x}}, {{y}}", {name: constant})


def _braces(numbers: Iterable[int]) -> str:
    """What initializes an array in C."""
    return "{" + ", ".join(map(str, numbers)) + "}"


def resize_nearest(op: StoredStep) -> Call:
    need_one_image(op)
    x, y, item = op.input(0), op.outputs[0], _item_bytes(op)
    constants = {}
    for axis, side in ((1, "rows"), (2, "columns")):
        name = f"op{op.number}_{side}"
        nearest = _nearest(x.shape[axis], y.shape[axis], op.options)
        constants[name] = array("uint16_t", name, nearest)
    arguments = (
        f"op{op.number}_rows, {y.shape[1]}, op{op.number}_columns, {y.shape[2]}, "
        f"{x.shape[2]}, {x.shape[3] * item}, {{x}}, {{y}}"
    )
    return simple(op, "sbnn_net_resize", arguments, constants)


def _nearest(size: int, wanted: int, options) -> np.ndarray:
    """Which of ``size`` pixels each of ``wanted`` ones is, in float32 as there."""
    if options.alignCorners and wanted > 1:
        scale = np.float32(size - 1) / np.float32(wanted - 1)
    else:
        scale = np.float32(size) / np.float32(wanted)
    offset = np.float32(0.5 if options.halfPixelCenters else 0.0)
    at = (np.arange(wanted, dtype=np.float32) + offset) * scale
    at = np.floor(at + np.float32(0.5)) if options.alignCorners else np.floor(at)
    return np.clip(at.astype(np.int64), 0, size - 1)
