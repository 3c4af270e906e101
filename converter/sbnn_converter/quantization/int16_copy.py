"""int8 values as INT16: a binary convolution that adds nothing up.

TFLite's QUANTIZE makes no INT16 of int8 in older releases; our own ops do as they write
their sums. So one with a 1x1 window, a group a channel and every connection writes each
value as it is.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter import graph as g
from sbnn_converter.graph.output_stage import scale_of
from sbnn_converter.passes.fuse_sums import fused_op
from sbnn_converter.tensors.face import FLOAT32

# What a remainder is multiplied by: int8 weights of the remainders are so much finer.
FINE = 128


def int16_copy(node: g.Node, *, with_fractions: bool = False) -> list[g.Node]:
    """Nodes behind ``node`` of which the first reads it and the last gives its values.

    Args:
      node: what is copied.
      with_fractions: let a ``FINE``th of each value follow it; the last axis is twice as
        long then.
    """
    name = f"{node.name}/int16"
    scale = np.array([1.0, 1 / FINE] if with_fractions else [1.0])
    if len(node.shape) == 3:
        return [_copy(name, node, scale)]
    row = g.Reshape(name, [node], (1, int(np.prod(node.shape)), 1))
    copy = _copy(name, row, scale)
    shape = (*node.shape[:-1], node.shape[-1] * len(scale))
    return [copy, g.Reshape(name, [copy], shape)]


def _copy(name: str, image: g.Node, scale: np.ndarray) -> g.SbnnOp:
    """Each channel times each of ``scale``, side by side."""
    *sides, groups = image.shape
    channels = groups * len(scale)
    kernel = g.BinaryKernel(np.ones((channels, 1, 1, 1), np.int8), 0, 0, np.ones(channels))
    geometry = g.ConvGeometry((1, 1), (1, 1), (1, 1), (0, 0), 0, groups)
    sums = g.BinarySum(name, [image], (*sides, channels), kernel, geometry)
    steps = (g.affine_step(np.tile(scale, groups), np.zeros(channels)),)
    behind = g.OutputStage(steps, sums.shape)
    return fused_op(sums, image, FLOAT32, sums.shape, behind, scale_of(behind, 1.0), FLOAT32)
