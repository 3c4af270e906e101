"""Scales and biases moved to where they cost nothing and are rounded once.

Thresholds have taken in what stood in front of a sign, whoever else reads it. In int8 a
scale belongs into the weights of the float layer before it, or onto the integer sums of
a binary one; a sign then flips at 0 and not at some value between two steps.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.graph.output_stage import cuts_of, scale_of
from sbnn_converter.graph.thresholds import FloatSums
from sbnn_converter.quantization.folding import takes_scale, writes_sums


def share_scaled_values(graph: g.Graph) -> None:
    """Lets signs read a scaled value that others read, too, behind its scale.

    Thresholds have taken the scale in, whoever else reads it; in int8 that would
    keep it from the weights of the layer before, or from the sums in front of a pooling.
    """
    for op in graph.nodes():
        if not g.quantizes_numbers(op):
            continue
        for other in graph.readers(op.inputs[0]):
            if not isinstance(other, g.Pointwise):
                continue
            count, steps = len(other.steps), op.behind.steps
            if (
                count
                and tuple(other.steps) == steps[:count]
                and (takes_scale(other.inputs[0]) or _has_rising_scale(other))
            ):
                graph.set_inputs(op, [other])
                op.behind = g.OutputStage(steps[count:], op.behind.shape)
                op.stage = cuts_of(op.behind, FloatSums(), op.face.planes)
                break


def scales_before_pools(graph: g.Graph) -> None:
    """Takes scale and bias behind a max pooling into the layer in front of it, where they
    rise: on its sums they cost nothing and are rounded once, not twice."""
    for node in graph.nodes():
        if not isinstance(node, g.Pointwise) or node not in graph:
            continue
        way: list[g.Node] = []
        source = node.inputs[0]
        while isinstance(source, (g.MaxPool, g.Reshape)) and (
            graph.only_reader(source) is (way[-1] if way else node)
        ):
            way.append(source)
            source = source.inputs[0]
        if not way or not _can_take(graph, source, way[-1], node):
            continue
        if writes_sums(source):
            steps = (*source.behind.steps, *node.steps)
            source.behind = g.OutputStage(steps, source.behind.shape)
            step = 2.0**-source.kernel.domain_shift if source.sums_of_planes else 1.0
            source.stage = scale_of(source.behind, step)
        else:
            scaled = g.Pointwise(node.name, [source], source.shape, node.steps)
            graph.insert_behind(source, scaled, [way[-1]])
        graph.replace(node, way[0])


def _can_take(graph: g.Graph, op: g.Node, reader: g.Node, function: g.Pointwise) -> bool:
    return (
        (writes_sums(op) or takes_scale(op))
        and graph.only_reader(op) is reader
        and op.shape[-1] == function.shape[-1]
        and _has_rising_scale(function)
    )


def scales_before_signs(graph: g.Graph) -> list[g.Pointwise]:
    """Takes scale and bias out of thresholds, where a float layer can have them.

    Returns:
      The nodes whose values only signs read, each behind such a layer.
    """
    found = []
    for op in graph.nodes():
        if not g.quantizes_numbers(op):
            continue
        source, steps = op.inputs[0], list(op.behind.steps)
        if (
            op.face.planes > 1  # cuts elsewhere than at 0, too
            or not takes_scale(source)
            or graph.only_reader(source) is not op
            or any(step.affine is None for step in steps)
        ):
            continue
        channels = source.shape[-1]
        identity = g.PointwiseStep(tf.identity, (np.ones(channels), np.zeros(channels)))
        scaled = g.Pointwise(op.name, [source], source.shape, steps or [identity])
        graph.insert_behind(source, scaled, [op])
        op.behind = g.OutputStage((), op.behind.shape)
        op.stage = cuts_of(op.behind, FloatSums(), op.face.planes)
        found.append(scaled)
    return found


def _has_rising_scale(function: g.Pointwise) -> bool:
    """Whether a function is a scale above 0 and a bias, in every channel."""
    return all(s.affine is not None and np.all(s.affine[0] > 0) for s in function.steps)
