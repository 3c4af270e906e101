"""Which nodes give planes, and how these lie in memory.

A tensor of signs whose last axis is C channels is C planes, or C times as many as the
signs have bits, of the positions of all other axes (``docs/format.md``, "Bit planes"); a
tensor with no other axis is one plane a bit with a position for each feature. A reshape
that keeps the channels leaves such planes as they are.
"""

from sbnn_converter.graph import (
    AveragePool,
    Concat,
    MaxPool,
    Node,
    Permute,
    Reshape,
    Sign,
    StreamSum,
)
from sbnn_converter.tensors.face import FLOAT32, Face


def keeps_channels(node: Node) -> bool:
    """Whether ``node`` is a reshape after which each channel is still a channel."""
    return isinstance(node, Reshape) and node.shape[-1:] == node.inputs[0].shape[-1:]


def is_free(node: Node) -> bool:
    """Whether ``node`` is a reshape that does nothing to bit planes."""
    return keeps_channels(node) and len(node.shape) > 1 and len(node.inputs[0].shape) > 1


def planes_of(node: Node) -> Node:
    """The node whose planes those of ``node`` are: it, without free reshapes."""
    while is_free(node):
        node = node.inputs[0]
    return node


def face_of(node: Node) -> Face:
    """The face that ``node``'s output has, or will have once the passes are through."""
    faces, pending = set(), [node]
    while pending:
        node = planes_of(pending.pop())
        if node.face.is_planes:
            faces.add(node.face)
        elif isinstance(node, (Sign, StreamSum)):
            faces.add(Face(planes=node.bits))
        elif isinstance(node, (MaxPool, AveragePool)):
            pending.append(node.inputs[0])
        elif isinstance(node, Concat) and len(node.shape) > 1:
            pending.extend(node.inputs)
        else:
            return node.face  # a concatenated vector, too: planes of several in one
    return faces.pop() if len(faces) == 1 else FLOAT32


def is_planes(node: Node) -> bool:
    """Whether ``node``'s output is, or will be, planes."""
    return face_of(node).is_planes


def image_behind_vector(node: Node) -> Node | None:
    """The bit planes that a vector is a rearrangement of, if it is one."""
    while isinstance(node, (Reshape, Permute)) and not is_planes(node):
        node = node.inputs[0]
    return node if is_planes(node) else None


def bits_of(node: Node) -> int | None:
    """How many bits hold what ``node`` gives, if that is signs only, packed or as floats:
    the most that one of them has."""
    pending, bits = [node], 0
    while pending:
        node = pending.pop()
        if isinstance(node, (Reshape, Permute, MaxPool, Concat)):
            pending.extend(node.inputs)
        elif isinstance(node, Sign):
            bits = max(bits, node.bits)
        else:
            return None
    return bits
