"""The sign of concatenated channels is the concatenation of their signs.

Bit planes lie channel by channel, so that concatenating them is only copying.
A function of each channel between both is cut into its parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sbnn_converter.graph import Concat, Graph, Node, Pointwise, PointwiseStep, Sign
from sbnn_converter.passes.sign_before_pool import functions_in_front, is_only_read

if TYPE_CHECKING:
    import tensorflow as tf


class SignBeforeConcat:
    def match(self, graph: Graph, node: Node) -> tuple[Sign, list[PointwiseStep], Concat] | None:
        if not isinstance(node, Sign) or len(node.shape) == 1:
            return None
        steps, concat = functions_in_front(graph, node)
        if not isinstance(concat, Concat) or not is_only_read(graph, concat, node):
            return None
        return node, steps, concat

    def transform(
        self, graph: Graph, found: tuple[Sign, list[PointwiseStep], Concat]
    ) -> list[Node]:
        node, steps, concat = found
        parts, first = [], 0
        for x in concat.inputs:
            channels = slice(first, first + x.shape[-1])
            first = channels.stop
            if steps:
                parted = [part_of_step(s, channels, node.shape[-1]) for s in steps]
                x = Pointwise(node.inputs[0].name, [x], x.shape, parted)
            parts.append(node.like(x))
        return graph.replace(node, Concat(concat.name, parts, concat.shape))


def part_of_step(step: PointwiseStep, channels: slice, width: int) -> PointwiseStep:
    """``step`` on some of its channels; the others are fed zeros."""

    def apply(x: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        around = [[0, 0]] * (x.shape.rank - 1)
        sides = [channels.start, width - channels.stop]
        return step.apply(tf.pad(x, [*around, sides]))[..., channels]

    if step.affine is None:
        return PointwiseStep(apply, rank=step.rank)
    scale, bias = step.affine
    return PointwiseStep(apply, (scale[channels], bias[channels]), step.rank)
