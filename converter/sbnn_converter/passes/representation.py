"""Which nodes give bits, and how these lie in memory.

A tensor of signs whose last axis is C channels is C planes of the positions of
all other axes (``docs/format.md``, "Bit planes"); a tensor with no other axis is
one plane with a position for each feature. A reshape that keeps the channels
leaves such planes as they are.
"""

from sbnn_converter.graph import (
    Concat,
    MaxPool,
    Node,
    Permute,
    Reshape,
    SbnnOp,
    Sign,
)


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


def is_bits(node: Node) -> bool:
    """Whether ``node``'s output is, or will be, bit planes."""
    pending = [node]
    while pending:
        node = planes_of(pending.pop())
        if isinstance(node, MaxPool):
            pending.append(node.inputs[0])
        elif isinstance(node, Concat):
            if len(node.shape) == 1:
                return False  # features of several planes in one
            pending.extend(node.inputs)
        elif not isinstance(node, Sign) and not (isinstance(node, SbnnOp) and node.packed):
            return False
    return True


def image_behind_vector(node: Node) -> Node | None:
    """The bit planes that a vector is a rearrangement of, if it is one."""
    while isinstance(node, (Reshape, Permute)) and not is_bits(node):
        node = node.inputs[0]
    return node if is_bits(node) else None


def is_plus_minus_one(node: Node) -> bool:
    """Whether ``node`` gives +1 and -1 only, as bits or as floats."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, (Reshape, Permute, MaxPool, Concat)):
            pending.extend(node.inputs)
        elif not isinstance(node, Sign):
            return False
    return True
