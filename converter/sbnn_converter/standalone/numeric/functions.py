"""Functions of one element."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sbnn_converter.standalone.call import Call, NotExportable, array, c_name, struct
from sbnn_converter.standalone.numeric.common import (
    factor,
    need_constant,
    pair,
    pointer,
    simple,
    type_of,
)
from sbnn_converter.tflite.flatbuffer import StoredStep


def prelu(op: StoredStep) -> Call:
    kind = type_of(op, "INT8", "FLOAT32")
    x, y, slopes = op.input(0), op.outputs[0], op.input(1)
    values = need_constant(slopes, "slopes")
    if slopes.elements != x.shape[-1] and slopes.shape != x.shape[1:]:
        raise NotExportable(f"found slopes of shape {slopes.shape}, wanted one a channel")
    name, table = f"op{op.number}_params", f"op{op.number}_slopes"
    constants = {table: array(c_name(kind), table, values)}
    tail = (
        f"{pointer('x', x)}, {table}, {slopes.elements}, "
        f"{pointer('y', y, writes=True)}, {y.elements}"
    )
    if kind == "FLOAT32":
        return simple(op, "sbnn_net_prelu_float", tail, constants)
    constants[name] = struct(
        "sbnn_net_prelu_params",
        name,
        {
            "x_zero": x.zero,
            "slope_zero": slopes.zero,
            "y_zero": y.zero,
            "positive": factor(x.scale / y.scale),
            "negative": factor(x.scale * slopes.scale / y.scale),
        },
    )
    return simple(op, "sbnn_net_prelu_int8", f"&{name}, {tail}", constants)


def logistic(op: StoredStep) -> Call:
    return _function(op, "logistic", lambda x: 1 / (1 + np.exp(-x)), (1 / 256, -128))


def tanh(op: StoredStep) -> Call:
    return _function(op, "tanh", np.tanh, (1 / 128, 0))


def _function(
    op: StoredStep,
    name: str,
    function: Callable[[np.ndarray], np.ndarray],
    quantization: tuple[float, int],
) -> Call:
    """A function of floats, or the table of its int8 with this output scale and zero."""
    kind = type_of(op, "INT8", "FLOAT32")
    x, y = op.input(0), op.outputs[0]
    tail = f"{pair(op)}, {y.elements}"
    if kind == "FLOAT32":
        return simple(op, f"sbnn_net_{name}_float", tail)
    if (y.scale, y.zero) != quantization:
        raise NotExportable(
            f"found an output of scale {y.scale:g} and zero point {y.zero}, wanted "
            "{:g} and {}".format(*quantization)
        )
    # TensorFlow Lite has a table, too; the whole numbers in which TensorFlow Lite Micro
    # computes it give the same, but next to 0 where one step of the input is above 4.
    real = (np.arange(-128, 128) - x.zero) * x.scale
    with np.errstate(over="ignore"):  # exp of a large number
        whole = np.floor(function(real) / y.scale + 0.5) + y.zero
    table = f"op{op.number}_table"
    values = np.clip(whole, -128, 127).astype(np.int8)
    constants = {table: array("int8_t", table, values)}
    return simple(op, "sbnn_net_look_up_int8", f"{table}, {tail}", constants)
