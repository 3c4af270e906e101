"""Sums with weights: convolutions and dense layers."""

from __future__ import annotations

import numpy as np

from sbnn_converter.standalone.call import Call, NotExportable, array, c_name, struct
from sbnn_converter.standalone.fixed_factor import fixed_factor
from sbnn_converter.standalone.numeric.common import (
    activation,
    limits,
    need_constant,
    pair,
    simple,
    suffix_of,
    type_of,
)
from sbnn_converter.standalone.numeric.windows import window_constant
from sbnn_converter.tflite.flatbuffer import StoredStep

# Of the values: the types of weights and bias.
_TYPES = {"INT8": ("INT8", "INT32"), "INT16": ("INT8", "INT64"), "FLOAT32": ("FLOAT32", "FLOAT32")}


def _weights(op: StoredStep, kind: str, channels: int) -> dict[str, str]:
    """Definitions of ``op<n>_weights`` for ``channels`` outputs."""
    x, w, y = op.input(0), op.input(1), op.outputs[0]
    bias = op.inputs[2] if len(op.inputs) > 2 else None
    name = f"op{op.number}_weights"
    constants = {
        f"{name}_data": array(c_name(_TYPES[kind][0]), f"{name}_data", need_constant(w, "weights"))
    }
    weights_kind, bias_kind = _TYPES[kind]
    if w.type != weights_kind:
        raise NotExportable(f"found {w.type.lower()} weights, wanted {weights_kind.lower()}")
    fields: dict[str, object] = {"weights": f"{name}_data"}
    if bias is not None:
        if bias.type != bias_kind:
            raise NotExportable(f"found a bias of {bias.type.lower()}")
        bias_type = "int64_t" if bias_kind == "INT64" else c_name(bias_kind)
        constants[f"{name}_bias"] = array(bias_type, f"{name}_bias", need_constant(bias, "biases"))
        fields["bias"] = f"{name}_bias"
    fields["limits"] = limits(activation(op), y)
    if kind != "FLOAT32":
        if len(w.scales) > 1 or op.name != "FULLY_CONNECTED":
            scales = np.broadcast_to(w.scales, (channels,))
            real = [x.scale * float(s) / y.scale for s in scales]
        else:  # the product of both scales is rounded to a float32 there
            product = float(np.float32(x.scale) * np.float32(w.scale))
            real = [product / y.scale] * channels
        factors = [fixed_factor(r) for r in real]
        for field, c_type, values in (
            ("multipliers", "int32_t", [m for m, _ in factors]),
            ("shifts", "int8_t", [s for _, s in factors]),
        ):
            constants[f"{name}_{field}"] = array(c_type, f"{name}_{field}", np.array(values))
            fields[field] = f"{name}_{field}"
    if kind == "INT8":
        fields |= {"x_zero": x.zero, "y_zero": y.zero}
    constants[name] = struct(f"sbnn_net_weights_{suffix_of(kind)}", name, fields)
    return constants


def conv2d(op: StoredStep) -> Call:
    kind = type_of(op, *_TYPES)
    x, w = op.input(0).shape, op.input(1).shape
    constants = window_constant(op, (w[1], w[2])) | _weights(op, kind, w[0])
    n, suffix = op.number, suffix_of(kind)
    arguments = f"&op{n}_window, {x[3] // w[3]}, &op{n}_weights, {pair(op)}"
    return simple(op, f"sbnn_net_conv2d_{suffix}", arguments, constants)


def depthwise(op: StoredStep) -> Call:
    kind = type_of(op, *_TYPES)
    w = op.input(1).shape
    constants = window_constant(op, (w[1], w[2])) | _weights(op, kind, w[3])
    n, suffix = op.number, suffix_of(kind)
    arguments = f"&op{n}_window, &op{n}_weights, {pair(op)}"
    return simple(op, f"sbnn_net_depthwise_{suffix}", arguments, constants)


def dense(op: StoredStep) -> Call:
    kind = type_of(op, *_TYPES)
    units, inputs = op.input(1).shape
    if op.input(0).elements != inputs:
        raise NotExportable(f"found {op.input(0).elements} inputs, wanted {inputs}")
    n, suffix = op.number, suffix_of(kind)
    arguments = f"&op{n}_weights, {inputs}, {units}, {pair(op)}"
    return simple(op, f"sbnn_net_dense_{suffix}", arguments, _weights(op, kind, units))
