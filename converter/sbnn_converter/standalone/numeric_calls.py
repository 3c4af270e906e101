"""The C text of TensorFlow Lite's own ops, as far as ``runtime/c`` has kernels.

Factors, tables and limits are computed as TensorFlow Lite computes them when it
prepares an op (``numeric/``); the kernels only apply them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sbnn_converter.standalone.call import Call, NotExportable
from sbnn_converter.standalone.numeric import (
    arithmetic,
    functions,
    moving,
    rescaling,
    softmax,
    weighted,
    windows,
)
from sbnn_converter.tflite.flatbuffer import StoredStep

_VIEWS = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS")
_MAKERS: Mapping[str, Callable[[StoredStep], Call]] = {
    "ADD": arithmetic.add,
    "SUB": arithmetic.subtract,
    "MUL": arithmetic.multiply,
    "QUANTIZE": rescaling.quantize,
    "DEQUANTIZE": rescaling.dequantize,
    **dict.fromkeys(rescaling.RELUS, rescaling.relu),
    "PRELU": functions.prelu,
    "LOGISTIC": functions.logistic,
    "TANH": functions.tanh,
    "MAX_POOL_2D": windows.pool,
    "AVERAGE_POOL_2D": windows.pool,
    "MEAN": windows.mean,
    "CONCATENATION": moving.concatenation,
    "PAD": moving.pad,
    "SPLIT": moving.split,
    "SPLIT_V": moving.split,
    "SLICE": moving.pick,
    "STRIDED_SLICE": moving.pick,
    "TRANSPOSE": moving.pick,
    "RESIZE_NEAREST_NEIGHBOR": moving.resize_nearest,
    "CONV_2D": weighted.conv2d,
    "DEPTHWISE_CONV_2D": weighted.depthwise,
    "FULLY_CONNECTED": weighted.dense,
    "SOFTMAX": softmax.softmax,
}


def is_view(op: StoredStep) -> bool:
    """Whether the op only gives its input another shape."""
    return op.name in _VIEWS


def numeric_call(op: StoredStep) -> Call:
    """The call of one of TensorFlow Lite's ops.

    Raises:
      NotExportable: there is no kernel for it; the message says why.
    """
    if op.name not in _MAKERS:
        raise NotExportable("there is no C kernel for it")
    return _MAKERS[op.name](op)


def supported_ops() -> tuple[str, ...]:
    """The names of all ops that may have a call, in the schema's words."""
    return (*_MAKERS, *_VIEWS)
