"""Whether integer kernels can make fixed-point factors of an op's scales and options.

They compute these factors when they prepare, and end the process where one leaves the
range that they take for granted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sbnn_converter.tflite.damage import WAY_OUT, DamagedFile
from sbnn_converter.tflite.flatbuffer import StoredStep, StoredTensor

_QUANTIZED = {"INT8", "UINT8", "INT16"}
_SOFTMAX_BITS = 26  # behind the point, of the differences that the exponential is taken of
_ADD_BITS = {"INT8": 20, "UINT8": 20, "INT16": 15}  # of what addends are shifted by
# What computes with the numbers that its tensors stand for, and not only moves them.
_ARITHMETIC = set(
    "ADD SUB MUL CONV_2D DEPTHWISE_CONV_2D TRANSPOSE_CONV FULLY_CONNECTED BATCH_MATMUL "
    "SOFTMAX LOG_SOFTMAX LOGISTIC TANH PRELU LEAKY_RELU HARD_SWISH ELU MEAN SUM "
    "L2_NORMALIZATION SQUARED_DIFFERENCE RELU RELU6 RELU_N1_TO_1 EXP GELU RSQRT SQRT ABS "
    "QUANTIZE EQUAL NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL DIV POW SQUARE LOG "
    "CONCATENATION MAXIMUM MINIMUM".split()
)
_WEIGHTED = {"CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED", "BATCH_MATMUL"}
_PRODUCTS = _WEIGHTED | {"MUL", "PRELU"}
# Of sums in 32 bits, and of those in 64 that layers of INT16 have.
_LARGEST_FACTOR, _LARGEST_OF_INT16 = 2.0**30, 2.0**7
# Sums of INT16 layers are multiplied in 64 bits; a bias may take so many of them.
_BIAS_BITS = 47
_COMPARISONS = {"EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"}


def check_factors(steps: Sequence[StoredStep]) -> None:
    """Checks the scales that builtin ops compute with.

    Args:
      steps: the ops of a graph whose wiring and tensors are whole.

    Raises:
      DamagedFile: a kernel would make an impossible factor of them; the message names the
        op.
    """
    for step in steps:
        found = _damage(step) if step.name in _ARITHMETIC else None
        if found:
            raise DamagedFile(f"{step.name}: {found}; {WAY_OUT}")


def _damage(step: StoredStep) -> str | None:
    """What is wrong with an op's factors; None if nothing is."""
    if step.name == "SOFTMAX":
        beta = getattr(step.options, "beta", 0.0)
        if not (math.isfinite(beta) and beta > 0):
            return f"its factor is {beta}, wanted a positive number"
    if found := _large_bias(step):
        return found
    tensors = [*step.present_inputs, *step.outputs]
    quantized = [tensor for tensor in tensors if tensor.type in _QUANTIZED]
    for tensor in quantized:
        if not len(tensor.scales):
            return f"tensor {tensor.index} of {tensor.type} has no scale"
    read = step.input(2 if step.name == "TRANSPOSE_CONV" else 0)
    if read not in quantized:
        return None
    if step.name == "SOFTMAX" and _is_byte(read):
        return _above_one(step.options.beta * read.scale * 2.0**_SOFTMAX_BITS)
    if step.name == "LOG_SOFTMAX":
        return _above_one(read.scale * 2.0**_SOFTMAX_BITS)
    if step.name in ("ADD", "SUB", "SQUARED_DIFFERENCE"):
        most = 2 * max(tensor.scale for tensor in step.present_inputs)
        bits = _ADD_BITS[read.type]
        power = 2 if step.name == "SQUARED_DIFFERENCE" else 1
        return _below_one(most**power / (2.0**bits * step.outputs[0].scale))
    if step.name in _COMPARISONS:
        return _below_one(max(tensor.scale for tensor in step.present_inputs))
    return _rescaling(step, read)


def _large_bias(step: StoredStep) -> str | None:
    """What is wrong with the last input of a layer of weights, its bias if there is one."""
    bias = step.present_inputs[-1]
    if step.name not in _WEIGHTED or bias.type != "INT64" or bias.data is None:
        return None
    if np.all(np.abs(bias.data.astype(np.float64)) < 2.0 ** (_BIAS_BITS - 1)):
        return None
    return f"a bias beyond {_BIAS_BITS} bits"


def _rescaling(step: StoredStep, read: StoredTensor) -> str | None:
    """The factor from what an op computes to what it writes."""
    factor = max(float(tensor.scales.max()) for tensor in step.present_inputs if len(tensor.scales))
    if step.name in _PRODUCTS:
        other = step.input(1)
        factor = read.scale * (float(other.scales.max()) if len(other.scales) else 1.0)
    factor /= step.outputs[0].scale
    wide = read.type == "INT16" and step.name in _WEIGHTED
    most = _LARGEST_OF_INT16 if wide else _LARGEST_FACTOR
    if factor < most:
        return None
    return f"its scales make a factor of {factor:g}, wanted less than {most:g}"


def _is_byte(tensor: StoredTensor) -> bool:
    return tensor.type != "INT16"


def _above_one(factor: float) -> str | None:
    return None if factor > 1 else f"its scales make a factor of {factor:g}, wanted more than 1"


def _below_one(factor: float) -> str | None:
    return None if factor < 1 else f"its scales make a factor of {factor:g}, wanted less than 1"
