"""What the C texts of several ops have in common."""

from __future__ import annotations

import math

import numpy as np

from sbnn_converter.standalone.call import (
    Call,
    NotExportable,
    c_name,
    float_literal,
)
from sbnn_converter.standalone.fixed_factor import fixed_factor, quantized
from sbnn_converter.tflite.flatbuffer import StoredStep, StoredTensor

# ActivationFunctionType of the schema: what a fused activation lets through.
_ACTIVATIONS = {0: None, 1: (0.0, math.inf), 2: (-1.0, 1.0), 3: (0.0, 6.0)}


def type_of(op: StoredStep, *allowed: str) -> str:
    """The type that the op's first input and its output share."""
    kinds = {op.input(0).type, op.outputs[0].type}
    if len(kinds) != 1 or not kinds <= set(allowed):
        raise NotExportable(
            f"found {' and '.join(sorted(kinds)).lower()}, wanted {' or '.join(allowed).lower()}"
        )
    return kinds.pop()


def suffix_of(kind: str) -> str:
    """What the functions for a type end with."""
    return "float" if kind == "FLOAT32" else kind.lower()


def need_one_image(op: StoredStep) -> None:
    """Refuses several images in one tensor, as layers over time steps make of theirs."""
    shape = op.input(0).shape
    if shape[0] != 1:
        raise NotExportable(f"found a batch of {shape[0]} in {shape}, wanted one")


def need_constant(tensor: StoredTensor | None, what: str) -> np.ndarray:
    if tensor is None or tensor.data is None:
        raise NotExportable(f"its {what} are computed, wanted constants")
    return tensor.data


def factor(value: float) -> str:
    multiplier, shift = fixed_factor(value)
    return f"{{{multiplier}, {shift}}}"


def limits(bounds: tuple[float, float] | None, y: StoredTensor) -> str:
    """The limits of output ``y`` as an initializer."""
    if y.type == "FLOAT32":
        low, high = bounds or (-math.inf, math.inf)
        return f"{{{float_literal(low)}, {float_literal(high)}}}"
    low, high = y.element_type.limits
    if bounds:
        low = max(low, quantized(bounds[0], y.scale, y.zero))
        if not math.isinf(bounds[1]):
            high = min(high, quantized(bounds[1], y.scale, y.zero))
    return f"{{{low}, {high}}}"


def activation(op: StoredStep) -> tuple[float, float] | None:
    number = getattr(op.options, "fusedActivationFunction", 0)
    if number not in _ACTIVATIONS:
        raise NotExportable("found a fused tanh or sign, wanted none or a kind of ReLU")
    return _ACTIVATIONS[number]


def simple(op: StoredStep, function: str, arguments: str, constants=None, places=None) -> Call:
    """A call ``function(arguments)`` on the op's tensors ``{x}`` and ``{y}``."""
    return Call(
        statements=(f"{function}({arguments});",),
        places={"x": op.input(0), "y": op.outputs[0], **(places or {})},
        functions=(function,),
        constants=constants or {},
    )


def pointer(name: str, tensor: StoredTensor, *, writes: bool = False) -> str:
    kind = c_name(tensor.type)
    return f"({kind}*){{{name}}}" if writes else f"(const {kind}*){{{name}}}"


def pair(op: StoredStep) -> str:
    x, y = op.input(0), op.outputs[0]
    return f"{pointer('x', x)}, {pointer('y', y, writes=True)}"


def float_limits(op: StoredStep, bounds=None) -> tuple[str, dict[str, str]]:
    """The name and the definition of float limits."""
    name = f"op{op.number}_limits"
    text = limits(bounds or activation(op), op.outputs[0])
    return name, {name: f"static const sbnn_net_float_limits {name} = {text};"}


def limits_constant(op: StoredStep) -> tuple[str, dict[str, str]]:
    if op.outputs[0].type == "FLOAT32":
        return float_limits(op)
    name = f"op{op.number}_limits"
    text = limits(activation(op), op.outputs[0])
    return name, {name: f"static const sbnn_net_limits {name} = {text};"}
