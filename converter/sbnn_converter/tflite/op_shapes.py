"""Whether the shapes that a file has for what an op writes are those that it computes.

TensorFlow Lite computes them anew. TensorFlow Lite Micro and the exports take them from
the file, and write as much as it says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from sbnn_converter.tflite.damage import WAY_OUT, DamagedFile
from sbnn_converter.tflite.flatbuffer import StoredStep
from sbnn_converter.tflite.op_table import SIGNATURES

Shape = tuple[int, ...]
_SAME = 0  # the schema's padding that keeps sizes


class _Impossible(Exception):
    """What an op's options and inputs make no sense of."""


def check_shapes(root, graph, steps: Sequence[StoredStep]) -> None:
    """Checks the outputs of every builtin op whose shapes are known before it runs.

    Args:
      root, graph: the schema's objects of a file, whose wiring and tensors are whole.
      steps: the graph's ops.

    Raises:
      DamagedFile: a shape is another one, or the op's options are impossible; the message
        names the op.
    """
    tensors = map(graph.Tensors, range(graph.TensorsLength()))
    open_ = {i for i, tensor in enumerate(tensors) if _is_open(root, tensor)}
    for step in steps:
        if step.name in _RULES and not open_ & _indices(step):
            _check(step)


def _indices(step: StoredStep) -> set[int]:
    return {tensor.index for tensor in (*step.present_inputs, *step.outputs)}


def _is_open(root, tensor) -> bool:
    """Whether its shape is known only while the network runs, but for the samples."""
    if root.Buffers(tensor.Buffer()).DataLength():
        return False
    signature = tensor.ShapeSignatureAsNumpy() if tensor.ShapeSignatureLength() else np.zeros(0)
    return bool(np.any(signature[1:] < 0)) or (tensor.ShapeLength() == 0 and not tensor.HasRank())


def _check(step: StoredStep) -> None:
    try:
        wanted = _RULES[step.name](step)
    except _Impossible as error:
        raise DamagedFile(f"{step.name}: {error}; {WAY_OUT}") from error
    except (TypeError, AttributeError, IndexError, ZeroDivisionError, ValueError) as error:
        raise DamagedFile(
            f"{step.name}: its options or inputs do not fit together; {WAY_OUT}"
        ) from error
    if wanted is None:
        return
    for tensor, shape in zip(step.outputs, wanted):
        if tuple(tensor.shape) != tuple(shape):
            raise DamagedFile(
                f"{step.name}: it writes the shape {list(tensor.shape)}, wanted "
                f"{[int(d) for d in shape]}; {WAY_OUT}"
            )


def _need(true: bool, what: str) -> None:
    if not true:
        raise _Impossible(what)


def _numbers(step: StoredStep, place: int) -> list[int] | None:
    """A constant input as whole numbers; None if it is computed."""
    kind = step.input(place).type
    _need(kind in ("INT16", "INT32", "INT64"), f"input {place} is {kind}, wanted whole numbers")
    data = step.input(place).data
    return None if data is None else [int(n) for n in np.ravel(data)]


def _axis(axis: int, rank: int) -> int:
    _need(-rank <= axis < rank, f"axis {axis} of {rank}")
    return axis % rank


# --- Rules: the shapes of the outputs; None where they are not known ----------------------


def _like_input(step: StoredStep) -> list[Shape]:
    return [step.input(0).shape]


def _broadcast(step: StoredStep) -> list[Shape]:
    return [np.broadcast_shapes(*(tensor.shape for tensor in step.present_inputs))]


def _windows(size: int, window: int, stride: int, dilation: int, padding: int) -> int:
    _need(min(window, stride, dilation) > 0, "a window, stride or dilation is no positive number")
    _need(max(stride, dilation) < 2**16, "an impossible stride or dilation")
    if padding == _SAME:
        return -(-size // stride)
    found = -(-(size - (window - 1) * dilation) // stride)
    _need(found > 0, "the window is larger than the image")
    return found


def _image(step: StoredStep) -> Shape:
    _need(len(step.input(0).shape) == 4, f"the input has the shape {step.input(0).shape}")
    return step.input(0).shape


def _bias_fits(step: StoredStep, place: int, channels: int) -> None:
    if len(step.inputs) > place and step.inputs[place] is not None:
        shape = step.input(place).shape
        _need(math.prod(shape) == channels, f"a bias {list(shape)} for {channels} channels")


def _conv_2d(step: StoredStep) -> list[Shape]:
    (n, h, w, c), (out, kh, kw, group), o = _image(step), step.input(1).shape, step.options
    _need(group > 0 and c % group == 0 and out % (c // group) == 0, "groups that do not fit")
    _bias_fits(step, 2, out)
    return [
        (
            n,
            _windows(h, kh, o.strideH, o.dilationHFactor, o.padding),
            _windows(w, kw, o.strideW, o.dilationWFactor, o.padding),
            out,
        )
    ]


def _depthwise_conv_2d(step: StoredStep) -> list[Shape]:
    (n, h, w, c), (one, kh, kw, out), o = _image(step), step.input(1).shape, step.options
    _need(one == 1 and out == c * o.depthMultiplier, "a multiplier that does not fit")
    _bias_fits(step, 2, out)
    return [
        (
            n,
            _windows(h, kh, o.strideH, o.dilationHFactor, o.padding),
            _windows(w, kw, o.strideW, o.dilationWFactor, o.padding),
            out,
        )
    ]


def _transpose_conv(step: StoredStep) -> list[Shape] | None:
    (out, kh, kw, c), x, o = step.input(1).shape, step.input(2).shape, step.options
    _need(len(x) == 4 and x[3] == c, "channels that do not fit")
    _bias_fits(step, 3, out)
    shape = _numbers(step, 0)
    if shape is None:
        return None
    _need(len(shape) == 4 and shape[0] == x[0] and shape[3] == out, f"the output {shape}")
    for size, window, stride, given in zip(
        shape[1:3], (kh, kw), (o.strideH, o.strideW), x[1:3], strict=True
    ):
        _need(_windows(size, window, stride, 1, o.padding) == given, f"the output {shape}")
    return [tuple(shape)]


def _pool(step: StoredStep) -> list[Shape]:
    (n, h, w, c), o = _image(step), step.options
    return [
        (
            n,
            _windows(h, o.filterHeight, o.strideH, 1, o.padding),
            _windows(w, o.filterWidth, o.strideW, 1, o.padding),
            c,
        )
    ]


def _fully_connected(step: StoredStep) -> list[Shape]:
    x, (units, depth) = step.input(0).shape, step.input(1).shape
    _need(depth > 0 and math.prod(x) % depth == 0, f"{list(x)} in rows of {depth}")
    _bias_fits(step, 2, units)
    if step.options.keepNumDims:
        _need(len(x) > 0 and x[-1] == depth, f"{list(x)} in rows of {depth}")
        return [(*x[:-1], units)]
    return [(math.prod(x) // depth, units)]


def _batch_matmul(step: StoredStep) -> list[Shape]:
    x, y, o = step.input(0).shape, step.input(1).shape, step.options
    _need(min(len(x), len(y)) >= 2, "a factor without rows")
    (a, b), (c, d) = x[-2:], y[-2:]
    a, b = (b, a) if o.adjX else (a, b)
    c, d = (d, c) if o.adjY else (c, d)
    _need(b == c, f"{list(x)} by {list(y)}")
    return [(*np.broadcast_shapes(x[:-2], y[:-2]), a, d)]


def _concatenation(step: StoredStep) -> list[Shape]:
    shapes = [tensor.shape for tensor in step.present_inputs]
    axis = _axis(step.options.axis, len(shapes[0]))
    others = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
    _need(len(others) == 1 and len({len(s) for s in shapes}) == 1, f"{shapes} along {axis}")
    size = sum(shape[axis] for shape in shapes)
    return [(*shapes[0][:axis], size, *shapes[0][axis + 1 :])]


def _reshape(step: StoredStep) -> list[Shape] | None:
    x, y = step.input(0), step.outputs[0]
    _need(x.elements == y.elements, f"{list(x.shape)} as {list(y.shape)}")
    if len(step.inputs) > 1:
        sizes = _numbers(step, 1)
    else:
        listed = step.options and step.options.newShape
        sizes = None if listed is None else [int(n) for n in listed]
    if sizes is None or (sizes == [0] and not y.shape):  # the latter: how files once named scalars
        return None
    _need(sizes.count(-1) <= 1 and min(sizes, default=0) >= -1, f"the new shape {sizes}")
    if -1 not in sizes:
        return [tuple(sizes)]
    others = math.prod(size for size in sizes if size != -1)
    if others == 0:
        return None  # any size will do
    _need(x.elements % others == 0, f"{list(x.shape)} as {sizes}")
    return [tuple(x.elements // others if size == -1 else size for size in sizes)]


def _squeeze(step: StoredStep) -> list[Shape]:
    shape, listed = step.input(0).shape, step.options.squeezeDims
    gone = {_axis(int(axis), len(shape)) for axis in (listed if listed is not None else ())}
    gone = gone or {axis for axis, size in enumerate(shape) if size == 1}
    _need(all(shape[axis] == 1 for axis in gone), f"{list(shape)} without axes {sorted(gone)}")
    return [tuple(size for axis, size in enumerate(shape) if axis not in gone)]


def _expand_dims(step: StoredStep) -> list[Shape] | None:
    shape, axes = step.input(0).shape, _numbers(step, 1)
    if axes is None:
        return None
    _need(len(axes) == 1, f"axes {axes}")
    axis = _axis(axes[0], len(shape) + 1)
    return [(*shape[:axis], 1, *shape[axis:])]


def _pack(step: StoredStep) -> list[Shape]:
    shapes = {tensor.shape for tensor in step.present_inputs}
    _need(len(shapes) == 1 and step.options.valuesCount == len(step.inputs), "unequal parts")
    (shape,) = shapes
    axis = _axis(step.options.axis, len(shape) + 1)
    return [(*shape[:axis], len(step.inputs), *shape[axis:])]


def _unpack(step: StoredStep) -> list[Shape]:
    shape = step.input(0).shape
    axis = _axis(step.options.axis, len(shape))
    _need(shape[axis] == step.options.num == len(step.outputs), "another number of parts")
    return [(*shape[:axis], *shape[axis + 1 :])] * len(step.outputs)


def _split(step: StoredStep) -> list[Shape] | None:
    axes, shape, parts = _numbers(step, 0), step.input(1).shape, len(step.outputs)
    if axes is None:
        return None
    axis = _axis(axes[0], len(shape))
    _need(step.options.numSplits == parts and shape[axis] % parts == 0, "unequal parts")
    return [(*shape[:axis], shape[axis] // parts, *shape[axis + 1 :])] * parts


def _split_v(step: StoredStep) -> list[Shape] | None:
    sizes, axes, shape = _numbers(step, 1), _numbers(step, 2), step.input(0).shape
    if sizes is None or axes is None:
        return None
    axis, count = _axis(axes[0], len(shape)), len(step.outputs)
    _need(step.options.numSplits == len(sizes) == count, "another number of parts")
    left = shape[axis] - sum(size for size in sizes if size >= 0)
    sizes = [left if size == -1 else size for size in sizes]
    _need(min(sizes) >= 0 and sum(sizes) == shape[axis], f"parts {sizes} of {shape[axis]}")
    return [(*shape[:axis], size, *shape[axis + 1 :]) for size in sizes]


def _reduce(step: StoredStep) -> list[Shape] | None:
    shape, axes = step.input(0).shape, _numbers(step, 1)
    if axes is None:
        return None
    gone = {_axis(axis, len(shape)) for axis in axes}
    if step.options.keepDims:
        return [tuple(1 if i in gone else d for i, d in enumerate(shape))]
    return [tuple(d for i, d in enumerate(shape) if i not in gone)]


def _arg(step: StoredStep) -> list[Shape] | None:
    shape, axes = step.input(0).shape, _numbers(step, 1)
    if axes is None:
        return None
    axis = _axis(axes[0], len(shape))
    return [(*shape[:axis], *shape[axis + 1 :])]


def _pad(step: StoredStep) -> list[Shape] | None:
    shape, pads = step.input(0).shape, _numbers(step, 1)
    if pads is None:
        return None
    _need(len(pads) == 2 * len(shape) and min(pads, default=0) >= 0, f"paddings {pads}")
    return [tuple(d + a + b for d, a, b in zip(shape, pads[::2], pads[1::2]))]


def _mirror_pad(step: StoredStep) -> list[Shape] | None:
    pads = _numbers(step, 1)
    if pads is not None:
        pairs = zip(step.input(0).shape, pads[::2], pads[1::2])
        _need(all(max(a, b) <= d - (step.options.mode == 0) for d, a, b in pairs), f"{pads}")
    return _pad(step)


def _transpose(step: StoredStep) -> list[Shape] | None:
    shape, order = step.input(0).shape, _numbers(step, 1)
    if order is None:
        return None
    order = [_axis(axis, len(shape)) for axis in order]
    _need(sorted(order) == list(range(len(shape))), f"the order {order}")
    return [tuple(shape[axis] for axis in order)]


def _slice(step: StoredStep) -> list[Shape] | None:
    shape, begins, sizes = step.input(0).shape, _numbers(step, 1), _numbers(step, 2)
    if begins is None or sizes is None:
        return None
    _need(len(begins) == len(sizes) == len(shape), f"from {begins} of {list(shape)}")
    found = [d - b if s == -1 else s for d, b, s in zip(shape, begins, sizes)]
    inside = all(b >= 0 and s >= 0 and b + s <= d for d, b, s in zip(shape, begins, found))
    _need(inside, f"{sizes} from {begins} of {list(shape)}")
    return [tuple(found)]


def _strided_slice(step: StoredStep) -> list[Shape] | None:
    shape, o = step.input(0).shape, step.options
    begins, ends, strides = (_numbers(step, place) for place in (1, 2, 3))
    if begins is None or ends is None or strides is None:
        return None
    _need(len(begins) == len(ends) == len(strides), "lists of unequal lengths")
    _need(0 not in strides, "a stride of 0")
    if o.ellipsisMask or o.newAxisMask or getattr(o, "offset", False):
        return None
    _need(len(begins) <= len(shape), f"{len(begins)} axes of {list(shape)}")
    found = []
    for axis, (begin, end, stride) in enumerate(zip(begins, ends, strides)):
        bit = 1 << axis
        if o.shrinkAxisMask & bit:
            _axis(begin, shape[axis])
            continue
        part = slice(None if o.beginMask & bit else begin, None if o.endMask & bit else end, stride)
        found.append(len(range(*part.indices(shape[axis]))))
    return [(*found, *shape[len(begins) :])]


def _resize(step: StoredStep) -> list[Shape] | None:
    n, _, _, c = _image(step)
    size = _numbers(step, 1)
    if size is None:
        return None
    _need(len(size) == 2 and min(size) > 0, f"the size {size}")
    return [(n, *size, c)]


def _space_to_depth(step: StoredStep) -> list[Shape]:
    (n, h, w, c), block = _image(step), step.options.blockSize
    _need(block > 0 and h % block == w % block == 0, f"blocks of {block}")
    return [(n, h // block, w // block, c * block * block)]


def _depth_to_space(step: StoredStep) -> list[Shape]:
    (n, h, w, c), block = _image(step), step.options.blockSize
    _need(block > 0 and c % (block * block) == 0, f"blocks of {block}")
    return [(n, h * block, w * block, c // (block * block))]


def _tile(step: StoredStep) -> list[Shape] | None:
    shape, times = step.input(0).shape, _numbers(step, 1)
    if times is None:
        return None
    _need(len(times) == len(shape) and min(times, default=0) >= 0, f"{times} times")
    return [tuple(d * t for d, t in zip(shape, times))]


def _gather(step: StoredStep) -> list[Shape]:
    shape, places, o = step.input(0).shape, step.input(1), step.options
    axis, batch = _axis(o.axis, len(shape)), o.batchDims
    batch = batch if batch >= 0 else batch + len(places.shape)
    _need(0 <= batch <= min(axis, len(places.shape)), f"{batch} axes of samples")
    numbers = _numbers(step, 1) or []
    _need(all(0 <= n < shape[axis] for n in numbers), f"places outside of {shape[axis]}")
    return [(*shape[:axis], *places.shape[batch:], *shape[axis + 1 :])]


def _table(names: str, rule: Callable[[StoredStep], Sequence[Shape] | None]) -> dict:
    found: Iterable[str] = names.split()
    assert SIGNATURES.keys() >= set(found)
    return dict.fromkeys(found, rule)


_RULES = {
    **_table(
        "ABS CAST CEIL COS DEQUANTIZE ELU EXP FAKE_QUANT FLOOR GELU HARD_SWISH LEAKY_RELU LOG "
        "LOGICAL_NOT LOGISTIC NEG QUANTIZE RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 ROUND RSQRT "
        "SIGN SIN SQRT SQUARE TANH ZEROS_LIKE SOFTMAX LOG_SOFTMAX L2_NORMALIZATION CUMSUM "
        "LOCAL_RESPONSE_NORMALIZATION REVERSE_V2",
        _like_input,
    ),
    **_table(
        "ADD SUB MUL DIV MAXIMUM MINIMUM POW SQUARED_DIFFERENCE FLOOR_DIV FLOOR_MOD PRELU "
        "EQUAL NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL LOGICAL_AND LOGICAL_OR "
        "SELECT_V2",
        _broadcast,
    ),
    **_table("AVERAGE_POOL_2D MAX_POOL_2D L2_POOL_2D", _pool),
    **_table(
        "MEAN SUM REDUCE_MAX REDUCE_MIN REDUCE_PROD REDUCE_ANY REDUCE_ALL",
        _reduce,
    ),
    **_table("ARG_MAX ARG_MIN", _arg),
    **_table("PAD PADV2", _pad),
    **_table("RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR", _resize),
    "BATCH_MATMUL": _batch_matmul,
    "CONCATENATION": _concatenation,
    "CONV_2D": _conv_2d,
    "DEPTHWISE_CONV_2D": _depthwise_conv_2d,
    "DEPTH_TO_SPACE": _depth_to_space,
    "EXPAND_DIMS": _expand_dims,
    "FULLY_CONNECTED": _fully_connected,
    "GATHER": _gather,
    "MIRROR_PAD": _mirror_pad,
    "PACK": _pack,
    "RESHAPE": _reshape,
    "SLICE": _slice,
    "SPACE_TO_DEPTH": _space_to_depth,
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "SQUEEZE": _squeeze,
    "STRIDED_SLICE": _strided_slice,
    "TILE": _tile,
    "TRANSPOSE": _transpose,
    "TRANSPOSE_CONV": _transpose_conv,
    "UNPACK": _unpack,
}
