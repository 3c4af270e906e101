"""Our ops as a file holds them: options and constant inputs (``docs/format.md``)."""

from __future__ import annotations

import dataclasses

import numpy as np

from sbnn_converter import graph as g
from sbnn_converter.tensors.bit_planes import pack_bits
from sbnn_converter.weights.code import codes_for, encode

# An option that tells, until the file is finished, which node an op was written from.
NODE = "node"


@dataclasses.dataclass(frozen=True)
class WrittenOp:
    """One op.

    Attributes:
      options: its attributes, whole numbers.
      constants: its constant inputs, in the order of the format.
    """

    options: dict[str, int]
    constants: list[np.ndarray]


def written(node: g.SbnnOp, weight_code: str) -> WrittenOp:
    """What a file says of an op of the graph.

    Args:
      node: the op.
      weight_code: one of ``weights.code.CHOICES``; ops that have no such form get
        ``"auto"``.
    """
    options, constants = dict(node.options) | _planes(node), []
    if isinstance(node, g.SumOp):
        if weight_code not in codes_for(node.op, node.reads):
            weight_code = "auto"
        code = encode(node.connections, weight_code)
        options |= {
            "connections": code.connections,
            "code": code.code,
            "code_parameter": code.parameter,
            "most_connections": _most_connections(node.connections),
        }
        if code.signed:
            options["has_signs"] = 1
        constants.append(code.words.view(np.int32))
    if node.marks is not None:
        constants.append(pack_bits(node.marks))
    if isinstance(node, g.SumOp):
        constants += node.stage.constants()
        options |= node.stage.options()
    elif isinstance(node, g.QuantizeOp):
        # A quantizer of planes reads one channel's cuts as those of all.
        constants += node.stage.constants(may_share=node.reads.is_planes)
        options |= node.stage.options()
    return WrittenOp(options, constants)


def _most_connections(kernel: np.ndarray) -> int:
    """Of the output channel with the most, in a kernel ``[channels, ...]``."""
    return int(np.count_nonzero(kernel.reshape(len(kernel), -1), axis=1).max(initial=0))


def _planes(node: g.SbnnOp) -> dict[str, int]:
    """The options that tell of channels of several planes."""
    faces = {"in_planes": node.reads, "out_planes": node.face}
    return {name: face.planes for name, face in faces.items() if face.planes > 1}
