"""Values that signs read beside others keep 16 bits.

A binary layer whose sums are added to others, or joined to them, and then read by a
sign has no thresholds on its integer sums: the sign reads a tensor. Rounded to 256
steps, sums on either side of a threshold become one; and as sums are few, that turns
the bits of a whole plane. In 65,536 steps (INT16, zero point 0) they stay apart.
What else reads such a tensor gets it rounded to int8.
"""

from __future__ import annotations

import numpy as np

from sbnn_converter import graph as g
from sbnn_converter.graph.output_stage import scale_of
from sbnn_converter.quantization.scales import is_sum, moves_int16


def scales_before_pools(graph: g.Graph) -> None:
    """Takes scale and bias behind a max pooling into the op in front of it, where they
    rise: on its integer sums they cost nothing and are rounded once, not twice."""
    for node in graph.nodes():
        if not isinstance(node, g.Pointwise) or node not in graph:
            continue
        way, source = [], node.inputs[0]
        while isinstance(source, (g.MaxPool, g.Reshape)) and (
            graph.only_reader(source) is (way[-1] if way else node)
        ):
            way.append(source)
            source = source.inputs[0]
        if way and _takes(graph, source, way[-1], node):
            source.behind = g.OutputStage(
                (*source.behind.steps, *node.steps),
                source.behind.shape,
                source.behind.kernel,
            )
            step = 2.0**-source.behind.kernel.domain_shift if source.sums_of_planes else 1.0
            source.stage = scale_of(source.behind, step)
            graph.replace(node, way[0])


def _takes(graph: g.Graph, op: g.Node, reader: g.Node, function: g.Pointwise) -> bool:
    return (
        writes_sums(op)
        and graph.only_reader(op) is reader
        and op.shape[-1] == function.shape[-1]
        and has_rising_scale(function)
    )


def has_rising_scale(function: g.Pointwise) -> bool:
    """Whether a function is a scale above 0 and a bias, in every channel."""
    return all(s.affine is not None and np.all(s.affine[0] > 0) for s in function.steps)


def writes_sums(node: g.Node) -> bool:
    """Whether a node is a binary layer whose sums leave it as numbers."""
    return isinstance(node, g.SbnnOp) and not node.face.is_planes and node.behind is not None


def wide_values(graph: g.Graph) -> set[g.Node]:
    """The nodes that are to be INT16: sums of binary layers, and what is made of them
    on the way to a sign."""
    made: set[g.Node] = set()
    for node in graph.nodes():
        if writes_sums(node):
            # A float stays one: the op reads what is no int8.
            integer = node.sums_of_planes or not node.options.get("pad_value")
            made |= {node} if integer else set()
        elif _stays_wide(node) and all(n in made for n in node.inputs):
            made.add(node)
    pending = [
        n.inputs[0] for n in graph.nodes() if isinstance(n, g.SbnnOp) and n.op == "SbnnQuantize"
    ]
    found: set[g.Node] = set()
    while pending:
        node = pending.pop()
        if node in made and node not in found:
            found.add(node)
            if not isinstance(node, g.SbnnOp):
                pending.extend(node.inputs)
    return found


def _stays_wide(node: g.Node) -> bool:
    """Whether a node has an INT16 kernel in every runtime."""
    return moves_int16(node) or is_sum(node)
