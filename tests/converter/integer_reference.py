"""SbnnConv2D and SbnnDense in NumPy's int64, written from docs/format.md; only weight codes are
read by the package's decoder.

Activations stand in whole numbers, not in planes: those of bits and of several bits are
odd, those of int8 have their zero point taken off.
"""

import math

import numpy as np

from sbnn_converter.tensors.bit_planes import pack_bits
from sbnn_converter.tflite.flatbuffer import StoredOp
from sbnn_converter.weights.decoder import read_connections
from sbnn_converter.weights.stored import stored_kernel

LIMITS = {"INT8": 127, "INT16": 32767}


def is_computed(op: StoredOp) -> bool:
    """Whether the reference knows what ``op`` does."""
    return op.name in ("SbnnConv2D", "SbnnDense") and op.input.type != "FLOAT32"


def random_input(op: StoredOp, rng, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """What a file's input holds, and the whole numbers that it stands for.

    Returns:
      The activation as its tensor, and int64 ``[samples, height, width, channels]``, of
      a dense layer ``[samples, planes * positions]``.
    """
    o = op.options
    is_image = op.name == "SbnnConv2D"
    if is_image:
        shape = (o["in_height"], o["in_width"], o["in_channels"])
    else:
        shape = (o["planes"], o["positions"])
    if op.input.type == "INT8":
        q = rng.integers(-128, 128, (samples, *op.input.shape[1:]), dtype=np.int8)
        return q, q.astype(np.int64).reshape(samples, *shape) - o["in_zero_point"]
    k = o.get("in_planes", 1)
    n = rng.integers(0, 2**k, (samples, *shape))
    planes = n[..., None] >> np.arange(k) & 1
    if is_image:
        planes = planes.transpose(0, 3, 4, 1, 2)
    else:
        planes = planes.transpose(0, 1, 3, 2)
    planes = planes.reshape(samples, -1, math.prod(shape[:2] if is_image else shape[1:]))
    return pack_bits(planes).reshape(samples, *op.input.shape[1:]), 2 * n - (2**k - 1)


def kernel_of(op: StoredOp, shape: tuple[int, ...]) -> np.ndarray:
    """The weights as steps of a sum, int64, in the order of the code."""
    weights = np.zeros(math.prod(shape), np.int64)
    indices, subtract = read_connections(stored_kernel(op).code)
    weights[indices] = np.where(subtract, -1, 1) << op.options["domain_shift"]
    return (weights + op.options["alpha_steps"]).reshape(shape)


def sums_of(op: StoredOp, x: np.ndarray) -> np.ndarray:
    """Sums, int64 ``[samples, out_height, out_width, out_channels]``, of a dense layer
    ``[samples, units]``."""
    o = op.options
    if op.name == "SbnnDense":
        flat = x.reshape(len(x), -1)
        return flat @ kernel_of(op, (o["units"], flat.shape[1])).T
    group_in = o["in_channels"] // o["groups"]
    filters, windows = o["out_channels"], (o["kernel_height"], o["kernel_width"])
    if o.get("tap_major", 0):
        kernel = kernel_of(op, (filters, *windows, group_in)).transpose(0, 3, 1, 2)
    else:
        kernel = kernel_of(op, (filters, group_in, *windows))
    outside = 0 if op.input.type == "INT8" else o["pad_value"] * (2 ** o.get("in_planes", 1) - 1)
    sums = np.zeros((len(x), o["out_height"], o["out_width"], filters), np.int64)
    for y in range(o["out_height"]):
        for z in range(o["out_width"]):
            for ky in range(windows[0]):
                for kx in range(windows[1]):
                    row = y * o["stride_height"] + ky * o["dilation_height"] - o["pad_top"]
                    column = z * o["stride_width"] + kx * o["dilation_width"] - o["pad_left"]
                    inside = 0 <= row < o["in_height"] and 0 <= column < o["in_width"]
                    tap = x[:, row, column] if inside else np.full_like(x[:, 0, 0], outside)
                    parts = tap.reshape(len(x), o["groups"], 1, group_in)
                    weights = kernel[..., ky, kx].reshape(1, o["groups"], -1, group_in)
                    sums[:, y, z] += (parts * weights).sum(-1).reshape(len(x), filters)
    return sums


def output_of(op: StoredOp, sums: np.ndarray) -> np.ndarray | None:
    """What the output's tensor holds; None of a stream that another is added to."""
    o, first = op.options, op.constants[1]
    second = op.constants[2]
    k = o.get("out_planes", 1)
    if op.other is not None:
        return None
    if op.output.type == "FLOAT32":
        return (sums.astype(np.float32) * first + second).astype(np.float32)
    if op.output.type != "INT32" or o.get("stream", 0):
        y = (sums * first.astype(np.int64) + second) >> o["output_shift"]
        most = LIMITS.get(op.output.type, 2 ** (k - 1) - 1)
        y = np.clip(y, -most - 1, most)
        if op.output.type != "INT32":
            return y.astype(op.output.type.lower())
        return _planes(y + 2 ** (k - 1), k, op)
    cuts = 2**k - 1
    n = (sums[..., None] >= first.reshape(-1, cuts)).sum(-1)
    channels = np.arange(sums.shape[-1])
    flips = second.view(np.uint32)[channels // 32] >> (channels % 32).astype(np.uint32) & 1
    return _planes(np.where(flips, cuts - n, n), k, op)


def _planes(n: np.ndarray, k: int, op: StoredOp) -> np.ndarray:
    bits = n[..., None] >> np.arange(k) & 1
    if n.ndim == 2:
        packed = pack_bits(np.moveaxis(bits, -1, 1))
    else:
        packed = pack_bits(bits.transpose(0, 3, 4, 1, 2).reshape(len(n), n.shape[-1] * k, -1))
    return packed.reshape(len(n), *op.output.shape[1:])
