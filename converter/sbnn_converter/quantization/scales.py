"""Which tensors share a scale: the int8 kernels of some ops only move values about.

What a Keras layer or a TensorFlow function does is read from the operations that it
consists of: ``tf.concat`` is treated as ``Concatenate``, a slice as a cropping.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from sbnn_converter import graph as g

# Operations after which every value is one that was there before.
_MOVING = {
    "BatchToSpaceND",
    "BroadcastTo",
    "ConcatV2",
    "DepthToSpace",
    "ExpandDims",
    "GatherNd",
    "GatherV2",
    "Identity",
    "IdentityN",
    "Max",
    "MaxPool",
    "Min",
    "MirrorPad",
    "Pack",
    "Pad",
    "Reshape",
    "ResizeNearestNeighbor",
    "ReverseV2",
    "Roll",
    "Slice",
    "SpaceToBatchND",
    "SpaceToDepth",
    "Split",
    "SplitV",
    "Squeeze",
    "StridedSlice",
    "Tile",
    "Transpose",
    "Unpack",
}
# These stay in the range of what they read, and constants beside it.
_WITHIN = {"AvgPool", "Maximum", "Minimum", "PadV2", "ResizeBilinear"}
_ADDING = {"Add", "AddV2"}
_RESHAPING = {"ExpandDims", "Identity", "Reshape", "Squeeze"}
_MOVING_INT16 = {"MaxPool", *_RESHAPING}
_NOTHING = {"Identity", "IdentityN", "NoOp", "Placeholder", "Const"}


def moves(node: g.Node) -> bool:
    """Whether a node's values are those of its one input: TFLiteConverter hands the
    input's range on."""
    if isinstance(node, (g.MaxPool, g.Reshape, g.Permute, g.Pad)):
        return True
    if isinstance(node, g.Pointwise):
        return False  # a scale of 1, too, stands for a range of its own
    return len(node.inputs) == 1 and bool(operations(node)) and (operations(node) <= _MOVING)


def keeps_scale(node: g.Node) -> bool:
    """Whether a node's int8 kernel wants its inputs and its outputs on one scale."""
    if isinstance(node, g.Part):
        return keeps_scale(node.inputs[0])
    if isinstance(node, g.Concat):
        return not node.face.is_planes
    within = _WITHIN if isinstance(node, g.Pointwise) else _MOVING | _WITHIN
    return moves(node) or (bool(operations(node)) and operations(node) <= within)


def moves_int16(node: g.Node) -> bool:
    """Whether a node moves values about and has an INT16 kernel in every runtime: the
    converter knows none of CONCATENATION."""
    if isinstance(node, (g.MaxPool, g.Reshape)):
        return True
    return bool(operations(node)) and operations(node) <= _MOVING_INT16


def is_sum(node: g.Node) -> bool:
    """Whether a node adds two tensors of one shape and does nothing else."""
    return (
        len(node.inputs) == 2
        and all(n.shape == node.shape for n in node.inputs)
        and bool(operations(node))
        and operations(node) - {"Identity"} <= _ADDING
    )


def is_mean(node: g.Node) -> bool:
    """Whether a node takes means over axes and does nothing else."""
    return len(node.inputs) == 1 and operations(node) - _RESHAPING == {"Mean"}


def groups_of_one_scale(graph: g.Graph) -> list[list[g.Node]]:
    """Sets of nodes that share a scale, those alone left out."""
    group: dict[g.Node, list[g.Node]] = {}
    for node in graph.nodes():
        group[node] = [node]
        if not keeps_scale(node):
            continue
        for read in node.inputs:
            if group[read] is not group[node] and _is_float(read):
                group[read].extend(group[node])
                for member in group[node]:
                    group[member] = group[read]
    return [list(m) for m in {id(m): m for m in group.values()}.values() if len(m) > 1]


def _is_float(node: g.Node) -> bool:
    """Floats, or the several results of one layer."""
    return not node.face.is_planes and (node.dtype.is_floating or node.dtype == tf.variant)


def operations(node: g.Node) -> frozenset[str]:
    """Types of the TensorFlow operations on floats that a layer or a function of each
    channel consists of; none for other nodes, or if it cannot be traced by itself."""
    return _traced(node) if isinstance(node, (g.KerasLayer, g.Pointwise)) else frozenset()


_KNOWN: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def _traced(node: g.KerasLayer | g.Pointwise) -> frozenset[str]:
    if node not in _KNOWN:
        _KNOWN[node] = _trace(node)
    return _KNOWN[node]


def _computation(node: g.KerasLayer | g.Pointwise) -> Callable[[list[tf.Tensor]], Any]:
    if isinstance(node, g.KerasLayer):
        return node.call
    steps = node.steps
    return lambda read: g.apply_steps(steps, read[0])


def _trace(node: g.KerasLayer | g.Pointwise) -> frozenset[str]:
    specs = [tf.TensorSpec((1, *n.shape), n.dtype) for n in node.inputs]
    try:
        function = tf.function(_computation(node), autograph=False)
        traced = function.get_concrete_function(specs).graph.get_operations()
    except Exception:  # its own business: TFLiteConverter will say what is wrong
        return frozenset()
    found = {
        op.type
        for op in traced
        if op.type not in _NOTHING and any(t.dtype.is_floating for t in op.outputs)
    }
    return frozenset(found or {"Identity"})
