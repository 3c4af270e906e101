"""Values that signs read beside others keep 16 bits.

A layer whose sums are added to others, averaged, or read by others beside a sign has no
thresholds on its integer sums: the sign reads a tensor. Rounded to 256 steps, sums on
either side of a threshold become one; and as sums are few (of a binary layer, or of any
layer on an even background), that turns the bits of a whole plane. In 65,536 steps
(INT16, zero point 0) they stay apart. What else reads such a tensor gets it rounded to
int8.
"""

from __future__ import annotations

from collections.abc import Collection

from sbnn_converter import graph as g
from sbnn_converter.quantization.fine_weights import takes_fine_weights, use_fine_weights
from sbnn_converter.quantization.folding import is_scale, weighted_layer, writes_sums
from sbnn_converter.quantization.int16_copy import int16_copy
from sbnn_converter.quantization.scales import is_mean, is_sum, moves_int16


def wide_values(graph: g.Graph, apart: Collection[g.Node]) -> set[g.Node]:
    """The nodes that are to be INT16: on the way to a sign, what is finer than int8.

    Args:
      graph: the network in its int8 form.
      apart: nodes whose signs survive in int8.
    """
    fine: dict[g.Node, bool] = {}
    for node in graph.nodes():
        fine[node] = _is_made_fine(graph, node) or (_hands_on(node) and fine[node.inputs[0]])
    pending = [n.inputs[0] for n in graph.nodes() if g.quantizes_numbers(n)]
    found: set[g.Node] = set()
    while pending:
        node = pending.pop()
        if not fine[node] or node in found or node in apart:
            continue
        found.add(node)
        if weighted_layer(graph, node) is None and not isinstance(node, g.SbnnOp):
            pending.extend(node.inputs)
    return found


def _is_made_fine(graph: g.Graph, node: g.Node) -> bool:
    """Whether a node's values are finer than the int8 that it reads."""
    if writes_sums(node):
        # A float stays one: the op reads what is no int8.
        return node.sums_of_planes or not node.options.get("pad_value")
    return is_sum(node) or is_mean(node) or weighted_layer(graph, node) is not None


def _hands_on(node: g.Node) -> bool:
    """Whether a node's values are as fine as those that it reads."""
    return moves_int16(node) or is_scale(node)


def count_roundings(graph: g.Graph) -> dict[g.Node, int]:
    """How many rounded values make up each value, if it is INT16."""
    counts: dict[g.Node, int] = {}
    for node in graph.nodes():
        if is_sum(node):
            counts[node] = sum(counts[n] for n in node.inputs)
        elif moves_int16(node):
            counts[node] = counts[node.inputs[0]]
        else:
            counts[node] = 1 + (counts[node.inputs[0]] if is_scale(node) else 0)
    return counts


def widened_behind(wide: Collection[g.Node]) -> set[g.Node]:
    """The nodes of ``wide`` that TFLiteConverter gets as int8 and an ``int16_kernels``
    then makes INT16."""
    return {n for n in wide if not (isinstance(n, g.SbnnOp) or moves_int16(n) or is_sum(n))}


def copy_into_wide(graph: g.Graph, wide: set[g.Node]) -> None:
    """Puts an op of ours that writes INT16 in front of the nodes of ``wide`` that read
    int8, and adds it: older releases of TensorFlow Lite have no QUANTIZE that does."""
    copies: dict[tuple[g.Node, bool], list[g.Node]] = {}
    for node in [n for n in graph.nodes() if n in wide and not isinstance(n, g.SbnnOp)]:
        layer = weighted_layer(graph, node)
        reader = layer or node
        for read in [n for n in dict.fromkeys(reader.inputs) if n not in wide]:
            finer = layer if layer is not None and takes_fine_weights(layer) else None
            fine = finer is not None
            if (read, fine) not in copies:
                copies[read, fine] = int16_copy(read, with_fractions=fine)
            copy = copies[read, fine][-1]
            graph.set_inputs(reader, [copy if n is read else n for n in reader.inputs])
            if finer is not None:
                use_fine_weights(finer)
    wide.update(n for way in copies.values() for n in way)
