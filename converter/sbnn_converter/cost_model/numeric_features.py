"""What the time of one of TensorFlow Lite's own ops is made of, in the C kernels of ``runtime/c``.

As in ``features.py`` an estimate is the sum of these counts, each times a coefficient
(``benchmarks/mcu/fit_numeric_costs.py``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from sbnn_converter.standalone.numeric.common import suffix_of
from sbnn_converter.standalone.numeric.moving import walk_of
from sbnn_converter.standalone.numeric.rescaling import RELUS
from sbnn_converter.standalone.numeric.windows import window_fields
from sbnn_converter.tflite.flatbuffer import StoredStep, StoredTensor

Counts = dict[str, float]


def numeric_features(op: StoredStep) -> tuple[str, Counts]:
    """The kernel that runs ``op``, and how often it takes each of its steps.

    Args:
      op: one that ``standalone.numeric_calls`` has a call for.

    Returns:
      The kernel's name, such as ``"depthwise int8"``, and counts by step.

    Raises:
      KeyError: no kernel's steps are known for an op of this name.
    """
    kernel, counts = _FEATURES[op.name](op)
    return kernel, {"call": 1.0, **counts}


def has_features(name: str) -> bool:
    """Whether the steps of an op of this name are known."""
    return name in _FEATURES


def _kind(op: StoredStep) -> str:
    return suffix_of(op.outputs[0].type)


def _elementwise(kernel: str) -> Callable[[StoredStep], tuple[str, Counts]]:
    """Ops that read ``x`` and another operand, which starts anew when it ends."""

    def features(op: StoredStep) -> tuple[str, Counts]:
        elements = op.outputs[0].elements
        sizes = [tensor.elements for tensor in op.present_inputs]
        wraps = sum(elements / size for size in sizes if 0 < size < elements)
        return f"{kernel} {_kind(op)}", {"element": elements, "wrap": wraps}

    return features


def _of_elements(op: StoredStep, kernel: str) -> tuple[str, Counts]:
    return kernel, {"element": op.outputs[0].elements}


def _quantize(op: StoredStep) -> tuple[str, Counts]:
    is_float = op.input(0).type == "FLOAT32"
    return _of_elements(op, "quantize float" if is_float else "requantize")


def _dequantize(op: StoredStep) -> tuple[str, Counts]:
    return _of_elements(op, "dequantize int8")


def _relu(op: StoredStep) -> tuple[str, Counts]:
    return _of_elements(op, "limit float" if _kind(op) == "float" else "requantize")


def _function(op: StoredStep) -> tuple[str, Counts]:
    return _of_elements(op, f"{op.name.lower()} float" if _kind(op) == "float" else "look up int8")


@dataclasses.dataclass(frozen=True)
class _Windows:
    """How often a kernel's loops over windows run, for one channel.

    Attributes:
      positions: of the output.
      rows: rows of taps that lie in the image, of all windows.
      taps: likewise.
    """

    positions: int
    rows: int
    taps: int


def _windows(op: StoredStep, kernel: tuple[int, int]) -> tuple[_Windows, dict[str, int]]:
    fields = window_fields(op, kernel)
    rows, columns = (_taps_inside(fields, side, f"pad_{before}") for side, before in _SIDES)
    height, width = fields["out_height"], fields["out_width"]
    return _Windows(height * width, rows * width, rows * columns), fields


_SIDES = (("height", "top"), ("width", "left"))


def _taps_inside(fields: Mapping[str, int], side: str, pad: str) -> int:
    """Taps of all windows along a side that lie in the image."""
    origins = (at * fields[f"stride_{side}"] - fields[pad] for at in range(fields[f"out_{side}"]))
    steps = [tap * fields[f"dilation_{side}"] for tap in range(fields[f"kernel_{side}"])]
    return sum(0 <= origin + step < fields[f"in_{side}"] for origin in origins for step in steps)


def _conv2d(op: StoredStep) -> tuple[str, Counts]:
    filters, height, width, channels = op.input(1).shape
    found, fields = _windows(op, (height, width))
    is_one_run = (
        _kind(op) == "int8" and fields["dilation_width"] == 1 and fields["in_channels"] == channels
    )
    return f"conv2d {_kind(op)}", {
        "multiplication": found.taps * channels * filters,
        "run": (found.rows if is_one_run else found.taps) * filters,
        "row": found.rows * filters,
        "output": found.positions * filters,
        "position": found.positions,
    }


def _per_channel(op: StoredStep, found: _Windows) -> Counts:
    channels = op.outputs[0].shape[3]
    return {
        "tap": found.taps * channels,
        "row": found.rows * channels,
        "output": found.positions * channels,
        "position": found.positions,
    }


def _depthwise(op: StoredStep) -> tuple[str, Counts]:
    _, height, width, _ = op.input(1).shape
    found, _ = _windows(op, (height, width))
    return f"depthwise {_kind(op)}", _per_channel(op, found)


def _pool(op: StoredStep) -> tuple[str, Counts]:
    found, _ = _windows(op, (op.options.filterHeight, op.options.filterWidth))
    name = "max" if op.name == "MAX_POOL_2D" else "average"
    return f"{name} pool {_kind(op)}", _per_channel(op, found)


def _dense(op: StoredStep) -> tuple[str, Counts]:
    units, inputs = op.input(1).shape
    return f"dense {_kind(op)}", {"multiplication": units * inputs, "output": units}


def _mean(op: StoredStep) -> tuple[str, Counts]:
    x = op.input(0)
    return f"mean {_kind(op)}", {"element": x.elements, "output": x.shape[-1]}


def _softmax(op: StoredStep) -> tuple[str, Counts]:
    x = op.input(0)
    return f"softmax {_kind(op)}", {"element": x.elements, "row": x.elements // x.shape[-1]}


def _copies(times: int, size: int, *places: int) -> Counts:
    """``times`` calls of ``memcpy`` for ``size`` bytes, from and to ``places`` and the like."""
    if any(number % 4 for number in (size, *places)):
        return {"copy": times, "byte out of step": times * size}
    return {
        "copy": times,
        "64 bytes": times * (size // 64),
        "16 bytes": times * (size % 64 // 16),
        "4 bytes": times * (size % 16 // 4),
    }


def _sum(parts: list[Counts]) -> Counts:
    whole: Counts = {}
    for part in parts:
        for step, count in part.items():
            whole[step] = whole.get(step, 0.0) + count
    return whole


def _copied_rows(
    whole: StoredTensor, parts: tuple[StoredTensor, ...], axis: int
) -> tuple[str, Counts]:
    """Tensors that are parts of ``whole`` along an axis, each copied row by row."""
    rows = 1
    for size in whole.shape[: axis % len(whole.shape)]:
        rows *= size
    pitch, offset, found = whole.bytes // rows, 0, []
    for part in parts:
        size = part.bytes // rows
        found.append({"part": 1.0, **_copies(rows, size, pitch, offset)})
        offset += size
    return "copy rows", _sum(found)


def _concatenation(op: StoredStep) -> tuple[str, Counts]:
    return _copied_rows(op.outputs[0], op.present_inputs, op.options.axis)


def _split(op: StoredStep) -> tuple[str, Counts]:
    of_axis, of_x = (0, 1) if op.name == "SPLIT" else (2, 0)
    axis = op.input(of_axis).data
    assert axis is not None
    return _copied_rows(op.input(of_x), op.outputs, int(axis.ravel()[0]))


def _pad(op: StoredStep) -> tuple[str, Counts]:
    x, y = op.input(0), op.outputs[0]
    pads = op.input(1).data
    assert pads is not None
    item = x.bytes // x.elements
    left = int(pads.reshape(-1, 2)[3][0]) * item
    copies = _copies(x.shape[1] * x.shape[2], x.shape[3] * item, y.shape[3] * item, left)
    return f"pad {_kind(op)}", {"filled": y.elements, "part": x.shape[1], **copies}


def _pick(op: StoredStep) -> tuple[str, Counts]:
    walk = walk_of(op)
    rows = walk.counts[0] * walk.counts[1] * walk.counts[2]
    copies = _copies(rows * walk.counts[3], walk.bytes, walk.start, *walk.steps)
    return "pick", {"row": rows, **copies}


def _resize(op: StoredStep) -> tuple[str, Counts]:
    y = op.outputs[0]
    _, height, width, channels = y.shape
    pixel = y.bytes // y.elements * channels
    return "resize", {"row": height, **_copies(height * width, pixel)}


_FEATURES: Mapping[str, Callable[[StoredStep], tuple[str, Counts]]] = {
    "ADD": _elementwise("add"),
    "SUB": _elementwise("subtract"),
    "MUL": _elementwise("multiply"),
    "PRELU": _elementwise("prelu"),
    "QUANTIZE": _quantize,
    "DEQUANTIZE": _dequantize,
    **dict.fromkeys(RELUS, _relu),
    "LOGISTIC": _function,
    "TANH": _function,
    "MAX_POOL_2D": _pool,
    "AVERAGE_POOL_2D": _pool,
    "MEAN": _mean,
    "CONCATENATION": _concatenation,
    "PAD": _pad,
    "SPLIT": _split,
    "SPLIT_V": _split,
    "SLICE": _pick,
    "STRIDED_SLICE": _pick,
    "TRANSPOSE": _pick,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
    "CONV_2D": _conv2d,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _dense,
    "SOFTMAX": _softmax,
}

# All kernels, of every type that they have.
NUMERIC_KERNELS = (
    *(
        f"{name} {kind}"
        for name in ("conv2d", "depthwise", "dense")
        for kind in ("int8", "int16", "float")
    ),
    *("add int8", "add int16", "add float"),
    *(f"{name} {kind}" for name in ("subtract", "multiply", "prelu") for kind in ("int8", "float")),
    *("requantize", "limit float", "quantize float", "dequantize int8"),
    *("look up int8", "logistic float", "tanh float"),
    *("max pool int8", "max pool int16", "max pool float"),
    *("average pool int8", "average pool float"),
    *("mean int8", "mean int16", "mean float", "softmax int8", "softmax float"),
    *("copy rows", "pad int8", "pad float", "pick", "resize"),
)
