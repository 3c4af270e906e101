"""Which nodes' outputs are bits: +1 and -1 only."""

from sbnn_converter.graph import Flatten, MaxPool, Node, SbnnOp, Sign


def is_bits(node: Node) -> bool:
    """Whether ``node``'s output is, or will be, bit planes."""
    while isinstance(node, (Flatten, MaxPool)):
        node = node.inputs[0]
    return isinstance(node, Sign) or (isinstance(node, SbnnOp) and node.packed)
