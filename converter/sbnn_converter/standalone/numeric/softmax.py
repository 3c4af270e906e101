"""Softmax over the last axis."""

from __future__ import annotations

import math

from sbnn_converter.standalone.call import Call, NotExportable, float_literal
from sbnn_converter.standalone.fixed_factor import fixed_factor
from sbnn_converter.standalone.numeric.common import pair, simple, type_of
from sbnn_converter.tflite.flatbuffer import StoredStep


def softmax(op: StoredStep) -> Call:
    kind = type_of(op, "INT8", "FLOAT32")
    x, y, beta = op.input(0), op.outputs[0], float(op.options.beta)
    count = x.shape[-1]
    tail = f"{pair(op)}, {x.elements // count}, {count}"
    if kind == "FLOAT32":
        return simple(op, "sbnn_net_softmax_float", f"{float_literal(beta)}, {tail}")
    if (y.scale, y.zero) != (1 / 256, -128):
        raise NotExportable("found another scale of its output than 1/256 from -128 on")
    # Differences in Q5: 26 bits behind the point. What is too small for Q5 is 0.
    factor = min(beta * x.scale * 2**26, 2**31 - 1.0)
    if factor <= 1.0:
        raise NotExportable(f"found inputs of scale {x.scale:g}, too fine to be told apart")
    multiplier, shift = fixed_factor(factor)
    least = -math.floor(31.0 * 2**26 / 2.0**shift)
    name = f"op{op.number}_factor"
    constants = {name: f"static const sbnn_net_factor {name} = {{{multiplier}, {shift}}};"}
    return simple(op, "sbnn_net_softmax_int8", f"{name}, {least}, {tail}", constants)
