"""Whether the tensors of a file are what their types, shapes and scales say.

Kernels compute places in memory and fixed-point factors from them, and end the process
where these are impossible.
"""

from __future__ import annotations

import math

import numpy as np

from sbnn_converter.tensors.types import element_type
from sbnn_converter.tflite import schema
from sbnn_converter.tflite.damage import WAY_OUT, DamagedFile, reading_flatbuffer
from sbnn_converter.tflite.flatbuffer import type_name

_MOST_BYTES = 2**31 - 1  # kernels count in int32
_MOST_RANK = 8  # of which kernels keep the sizes in arrays
# Two numbers a byte, or lengths of their own.
_PACKED = {"INT4": 2, "UINT4": 2, "INT2": 4}
_OF_ANY_SIZE = {"STRING", "RESOURCE", "VARIANT"}
_BYTES = {"COMPLEX128": 16, "BFLOAT16": 2}
# Kernels multiply and divide scales in float32 and double.
_LEAST_SCALE, _LARGEST_SCALE = 2.0**-100, 2.0**100


def check_tensors(model: bytes) -> None:
    """Checks types, shapes, sizes and quantization of all tensors.

    Args:
      model: a flatbuffer whose structure is whole and whose buffers are there.

    Raises:
      DamagedFile: one does not fit together; the message names the tensor.
    """
    with reading_flatbuffer():
        root = schema.Model.GetRootAsModel(model, 0)
        for graph in map(root.Subgraphs, range(root.SubgraphsLength())):
            for index in range(graph.TensorsLength()):
                found = _damage(root, graph.Tensors(index))
                if found:
                    name = (graph.Tensors(index).Name() or b"").decode()
                    raise DamagedFile(f"tensor {index} '{name}': {found}; {WAY_OUT}")


def _damage(root, tensor) -> str | None:
    """What is wrong with a tensor; None if nothing is."""
    kind = type_name(tensor)
    if tensor.Type() not in schema.TYPE_NAMES:
        return f"it is of an unknown type {tensor.Type()}"
    if tensor.Sparsity() is not None:
        return "it is stored in the sparse form of TensorFlow Lite, which is not read"
    shape = [int(d) for d in tensor.ShapeAsNumpy()] if tensor.ShapeLength() else []
    if len(shape) > _MOST_RANK:
        return f"found {len(shape)} axes, wanted {_MOST_RANK} at most"
    signature = tensor.ShapeSignatureAsNumpy() if tensor.ShapeSignatureLength() else shape
    if len(signature) != len(shape) or any(
        open_ not in (-1, d) for open_, d in zip(signature, shape)
    ):
        return f"the shape is {shape}, its signature {[int(d) for d in signature]}"
    elements = math.prod(shape)
    # Not only of the tensor: kernels also multiply sizes without those that are zero.
    if any(d < 0 for d in shape) or math.prod(d or 1 for d in shape) * 4 > _MOST_BYTES:
        return f"it has an impossible shape {shape}"
    buffer = root.Buffers(tensor.Buffer())
    size = buffer.DataLength() or (buffer.Size() if buffer.Offset() > 1 else 0)
    if size and kind == "STRING":
        return None if _whole_strings(buffer.DataAsNumpy()) else "its strings are not whole"
    if size and kind not in _OF_ANY_SIZE:
        wanted = _bytes(kind, elements)
        if size != wanted:
            return f"found {size} bytes for the shape {shape} of {kind}, wanted {wanted}"
    return _damaged_scales(tensor.Quantization(), kind, shape)


def _bytes(kind: str, elements: int) -> int:
    if kind in _PACKED:
        return -(-elements // _PACKED[kind])
    return elements * _BYTES.get(kind, element_type(kind).bytes)


def _whole_strings(content: np.ndarray) -> bool:
    """Whether a number of strings and the places where each begins fit ``content``."""
    if len(content) < 8:
        return False
    count = int(content[:4].view("<i4")[0])
    if not 0 <= count <= len(content) // 4 - 2:
        return False
    places = content[4 : 8 + 4 * count].view("<i4")
    return bool(
        places[0] == 8 + 4 * count and np.all(np.diff(places) >= 0) and places[-1] <= len(content)
    )


def _damaged_scales(found, kind: str, shape: list[int]) -> str | None:
    if found is None:
        return None
    for length in (found.MinLength(), found.MaxLength()):
        if length > max(1, *shape, found.ScaleLength()):
            return f"it has limits for {length} channels, its shape is {shape}"
    count = found.ScaleLength()
    if count == 0:
        return (
            f"it has {found.ZeroPointLength()} zero points and no scale"
            if (found.ZeroPointLength())
            else None
        )
    scales = np.asarray(found.ScaleAsNumpy(), np.float64)
    if not np.all((scales >= _LEAST_SCALE) & (scales <= _LARGEST_SCALE)):
        return "found a scale that is no positive number of an ordinary size"
    axis = found.QuantizedDimension()
    if len(shape) == 1:  # biases have that of their weights
        axis = 0
    if count > 1 and not (0 <= axis < len(shape) and shape[axis] == count):
        return f"found {count} scales along axis {axis} of the shape {shape}"
    if found.ZeroPointLength() not in (0, count):
        return f"found {found.ZeroPointLength()} zero points for {count} scales"
    points = np.asarray(found.ZeroPointAsNumpy()) if found.ZeroPointLength() else np.zeros(1)
    low, high = _limits(kind)
    if points.min() < low or points.max() > high:
        return f"found a zero point outside of {low} to {high}"
    return None


def _limits(kind: str) -> tuple[int, int]:
    numpy = element_type(kind).numpy
    if numpy is not None and numpy.kind in "iu":
        return element_type(kind).limits
    return -128, 255  # of whatever number it once was
