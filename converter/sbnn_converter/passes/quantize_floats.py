"""A sign behind a value that is no sum becomes a SbnnQuantize with thresholds.

The functions between the two go into the thresholds, whoever else reads them:
the value in front of them exists anyhow. If an op has made that value of integer
sums, the thresholds are those of the sums, in terms of the value: the bit is then
the one that Keras has, however the op's float output was rounded. Planes of several bits
are read as they are, thresholds being numbers of their levels.
"""

from __future__ import annotations

import math

from sbnn_converter.graph import (
    Graph,
    MaxPool,
    Node,
    OutputStage,
    Pointwise,
    PointwiseStep,
    QuantizeOp,
    Reshape,
    Sign,
    SumOp,
)
from sbnn_converter.graph.output_stage import cuts_of
from sbnn_converter.graph.stage_constants import Cuts, Scale
from sbnn_converter.graph.thresholds import (
    FloatSums,
    IntegerSums,
    Levels,
    find_thresholds,
    thresholds_on_floats,
)
from sbnn_converter.passes.representation import face_of, keeps_channels, planes_of
from sbnn_converter.tensors.face import FLOAT32, Face


class QuantizeFloats:
    def match(self, graph: Graph, node: Node) -> Sign | None:
        return node if isinstance(node, Sign) else None

    def transform(self, graph: Graph, node: Sign) -> None:
        steps: list[PointwiseStep] = []
        source = planes_of(node.inputs[0])
        while isinstance(function := _behind_reshapes(source), Pointwise):
            steps = function.steps + steps
            x = function.inputs[0]
            if function is not source:  # the reshape acts on x instead
                x = Reshape(source.name, [x], source.shape)
            source = planes_of(x)
        behind = OutputStage(tuple(steps), node.shape)
        reads = face_of(source)
        if reads.planes <= 1:
            reads = FLOAT32
        options: dict[str, int] = {}
        if reads.is_planes:
            options["positions"] = math.prod(source.shape[:-1] or source.shape)
            cuts = cuts_of(behind, Levels(reads.planes), node.bits)
        else:
            cuts = _exact(source, steps, node.bits) or cuts_of(behind, FloatSums(), node.bits)
        if len(source.shape) not in (1, 3) and not reads.is_planes:
            # Planes know positions, not axes: one row of them is as good.
            row = (1, math.prod(source.shape[:-1]), source.shape[-1])
            source = Reshape(node.name, [source], row)
        op = QuantizeOp(
            node.name,
            [source],
            node.shape,
            "SbnnQuantize",
            options,
            behind=behind,
            stage=cuts,
            reads=reads,
            face=Face(planes=node.bits),
        )
        graph.replace(node, op)


def _behind_reshapes(node: Node) -> Node:
    while keeps_channels(node):
        node = node.inputs[0]
    return node


def _exact(source: Node, steps: list[PointwiseStep], bits: int) -> Cuts | None:
    """Cuts found on integer sums, if ``source`` is made of such."""
    # A maximum of an op's values is one of them.
    while isinstance(source := _behind_reshapes(source), MaxPool):
        source = source.inputs[0]
    if not isinstance(source, SumOp) or not source.sums_of_planes:
        return None
    scale, stage = source.stage, source.behind
    if not isinstance(scale, Scale):
        return None
    bound = source.kernel.largest_sum * source.reads.cuts
    found = find_thresholds(
        [*stage.steps, *steps],
        stage.shape[-1],
        len(stage.shape) + 1,
        IntegerSums(bound, 2.0**-source.kernel.domain_shift),
        bits,
    )
    return thresholds_on_floats(found, scale.factors, scale.biases, bound)
