"""From one scale or type to another, and ReLUs, which are that with limits."""

from __future__ import annotations

import math

from sbnn_converter.standalone.call import Call, NotExportable, float_literal, struct
from sbnn_converter.standalone.numeric.common import (
    factor,
    float_limits,
    limits,
    pair,
    simple,
    type_of,
)
from sbnn_converter.tflite.flatbuffer import StoredStep

# What each kind of ReLU lets through.
RELUS = {"RELU": (0.0, math.inf), "RELU_N1_TO_1": (-1.0, 1.0), "RELU6": (0.0, 6.0)}


def _requantize(op: StoredStep, bounds: tuple[float, float] | None) -> Call:
    x, y = op.input(0), op.outputs[0]
    functions = {
        ("INT8", "INT8"): "sbnn_net_requantize_int8",
        ("UINT8", "INT8"): "sbnn_net_requantize_uint8_int8",
        ("INT8", "UINT8"): "sbnn_net_requantize_int8_uint8",
        ("INT8", "INT16"): "sbnn_net_requantize_int8_int16",
        ("INT16", "INT8"): "sbnn_net_requantize_int16_int8",
        ("INT16", "INT16"): "sbnn_net_requantize_int16",
    }
    if (x.type, y.type) not in functions:
        raise NotExportable(f"found {x.type.lower()} to {y.type.lower()}")
    name = f"op{op.number}_params"
    constant = struct(
        "sbnn_net_requantize_params",
        name,
        {
            "x_zero": x.zero,
            "y_zero": y.zero,
            "factor": factor(x.scale / y.scale),
            "limits": limits(bounds, y),
        },
    )
    function = functions[x.type, y.type]
    return simple(op, function, f"&{name}, {pair(op)}, {y.elements}", {name: constant})


def relu(op: StoredStep) -> Call:
    if type_of(op, "INT8", "FLOAT32") == "INT8":
        return _requantize(op, RELUS[op.name])
    name, constants = float_limits(op, RELUS[op.name])
    count = op.outputs[0].elements
    arguments = f"{name}, {pair(op)}, {count}"
    return simple(op, "sbnn_net_limit_float", arguments, constants)


def quantize(op: StoredStep) -> Call:
    x, y = op.input(0), op.outputs[0]
    if x.type != "FLOAT32":
        return _requantize(op, None)
    if y.type != "INT8":
        raise NotExportable(f"found float32 to {y.type.lower()}, wanted int8")
    scale = f"{float_literal(y.scale)}, {y.zero}"
    return simple(op, "sbnn_net_quantize_int8", f"{scale}, {pair(op)}, {y.elements}")


def dequantize(op: StoredStep) -> Call:
    x, y = op.input(0), op.outputs[0]
    if (x.type, y.type) != ("INT8", "FLOAT32"):
        raise NotExportable(f"found {x.type.lower()}, wanted int8")
    scale = f"{float_literal(x.scale)}, {x.zero}"
    return simple(op, "sbnn_net_dequantize_int8", f"{scale}, {pair(op)}, {y.elements}")
