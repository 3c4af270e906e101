"""Signs of int8 values: small values must not round across zero.

An int8 tensor of which only the sign is read need not hold its values, only keep
them on their side of zero. Three things see to that:

- Scale and bias in front of the sign go into the weights of the float layer
  before it, so that the sign flips at 0 and not at some value between two steps.
- The tensor gets a range many times smaller than its values (``ranges.py``): they
  saturate, and the steps around 0 are fine.
- Almost half a step is taken off every value, which turns rounding to nearest
  into rounding down: a value below 0 gives at most -1 step, 0 itself gives 0.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.graph.output_stage import cuts_of
from sbnn_converter.graph.thresholds import FloatSums
from sbnn_converter.quantization.folding import takes_scale
from sbnn_converter.quantization.ranges import Range
from sbnn_converter.quantization.wide import has_rising_scale

# A little less than a half, so that exact zeros stay zero and positive.
_ALMOST_HALF = 0.498
_STEPS_IN_RANGE = 255


def scales_before_signs(graph: g.Graph) -> list[g.Pointwise]:
    """Takes scale and bias out of thresholds, where a float layer can have them.

    Returns:
      The nodes whose values only signs read, each behind such a layer.
    """
    found = []
    for op in graph.nodes():
        if not (isinstance(op, g.SbnnOp) and op.op == "SbnnQuantize"):
            continue
        source, steps = op.inputs[0], list(op.behind.steps)
        if (
            not takes_scale(source)
            or graph.only_reader(source) is not op
            or any(step.affine is None for step in steps)
        ):
            continue
        channels = source.shape[-1]
        identity = g.PointwiseStep(tf.identity, (np.ones(channels), np.zeros(channels)))
        scaled = g.Pointwise(op.name, [source], source.shape, steps or [identity])
        graph.insert_behind(source, scaled, [op])
        op.behind = g.OutputStage((), op.behind.shape)
        op.stage = cuts_of(op.behind, FloatSums())
        found.append(scaled)
    return found


def share_scaled_values(graph: g.Graph) -> None:
    """Lets signs read a scaled value that others read, too, behind its scale.

    Thresholds have taken the scale in, whoever else reads it; in int8 that would
    keep it from the weights of the layer before, or from the sums in front of a pooling.
    """
    for op in graph.nodes():
        if not (isinstance(op, g.SbnnOp) and op.op == "SbnnQuantize"):
            continue
        for other in graph.readers(op.inputs[0]):
            count = len(other.steps) if isinstance(other, g.Pointwise) else 0
            steps = op.behind.steps
            if (
                count
                and tuple(other.steps) == tuple(steps[:count])
                and (takes_scale(other.inputs[0]) or has_rising_scale(other))
            ):
                graph.set_inputs(op, [other])
                op.behind = g.OutputStage(tuple(steps[count:]), op.behind.shape)
                op.stage = cuts_of(op.behind, FloatSums())
                break


def round_down(nodes: list[g.Pointwise], ranges: dict[g.Node, Range]) -> None:
    """Takes almost half a step off the values of ``nodes``."""
    for node in nodes:
        low, high = ranges[node]
        shift = _ALMOST_HALF * (high - low) / _STEPS_IN_RANGE
        bias = np.full(node.shape[-1], -shift, np.float32)
        node.steps = [*node.steps, g.PointwiseStep(_adding(bias))]


def _adding(bias: np.ndarray):
    return lambda x: x + tf.constant(bias)
