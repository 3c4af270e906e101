"""Pooling, and the window that convolutions have, too."""

from __future__ import annotations

from sbnn_converter.standalone.call import Call, NotExportable, struct
from sbnn_converter.standalone.fixed_factor import mean_factor
from sbnn_converter.standalone.numeric.common import (
    limits_constant,
    need_constant,
    need_one_image,
    pair,
    pointer,
    simple,
    suffix_of,
    type_of,
)
from sbnn_converter.tflite.flatbuffer import StoredStep


def window_constant(op: StoredStep, kernel: tuple[int, int]) -> dict[str, str]:
    """The definition of the op's window, ``op<n>_window``."""
    name = f"op{op.number}_window"
    return {name: struct("sbnn_net_window", name, window_fields(op, kernel))}


def window_fields(op: StoredStep, kernel: tuple[int, int]) -> dict[str, int]:
    """What ``sbnn_net_window`` says of an op whose window has these two sides."""
    need_one_image(op)
    x, y, o = op.input(0).shape, op.outputs[0].shape, op.options
    fields: dict[str, int] = {}
    for axis, side, stride, dilation, before in (
        (1, "height", o.strideH, getattr(o, "dilationHFactor", 1), "pad_top"),
        (2, "width", o.strideW, getattr(o, "dilationWFactor", 1), "pad_left"),
    ):
        size = kernel[axis - 1]
        missing = (y[axis] - 1) * stride + (size - 1) * dilation + 1 - x[axis]
        fields |= {
            f"in_{side}": x[axis],
            f"out_{side}": y[axis],
            f"kernel_{side}": size,
            f"stride_{side}": stride,
            f"dilation_{side}": dilation,
            before: max(0, missing) // 2 if o.padding == 0 else 0,
        }
    return fields | {"in_channels": x[3], "out_channels": y[3]}


def pool(op: StoredStep) -> Call:
    is_max = op.name == "MAX_POOL_2D"
    kind = type_of(op, "INT8", "FLOAT32", *(["INT16"] if is_max else []))
    function = "max" if is_max else "average"
    name, constants = limits_constant(op)
    constants |= window_constant(op, (op.options.filterHeight, op.options.filterWidth))
    arguments = f"&op{op.number}_window, {name}, {pair(op)}"
    return simple(op, f"sbnn_net_{function}_pool_{suffix_of(kind)}", arguments, constants)


def mean(op: StoredStep) -> Call:
    need_one_image(op)
    kind = type_of(op, "INT8", "INT16", "FLOAT32")
    x, y = op.input(0), op.outputs[0]
    axes = sorted(int(a) % len(x.shape) for a in need_constant(op.inputs[1], "axes").ravel())
    if axes != list(range(1, len(x.shape) - 1)):
        raise NotExportable(f"found a mean over axes {axes}, wanted all but the last")
    channels = x.shape[-1]
    positions = x.elements // channels
    tail = f"{pointer('x', x)}, {positions}, {channels}, {pointer('y', y, writes=True)}"
    if kind == "FLOAT32":
        return simple(op, "sbnn_net_mean_float", tail)
    multiplier, shift = mean_factor(x.scale / y.scale, positions)
    name = f"op{op.number}_factor"
    constants = {name: f"static const sbnn_net_factor {name} = {{{multiplier}, {shift}}};"}
    if kind == "INT16":
        return simple(op, "sbnn_net_mean_int16", f"{name}, {tail}", constants)
    arguments = f"{name}, {x.zero}, {y.zero}, {tail}"
    return simple(op, "sbnn_net_mean_int8", arguments, constants)
