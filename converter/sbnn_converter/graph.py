"""The converter's own graph: what a model computes, between Keras and TFLite.

A node is one step on one tensor; its inputs are the nodes that it reads. The
graph is known by its outputs: what no output needs does not exist. Shapes are
those of one sample, without the batch.

The importer builds a graph from the first group of nodes; the passes rewrite it
until the binary parts are ``SbnnOp`` nodes; the emitter writes it as TFLite.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf


@dataclasses.dataclass(eq=False)
class Node:
    """A step of the network.

    Attributes:
      name: the Keras layer that the step comes from.
      inputs: nodes whose outputs it reads.
      shape: shape of its output for one sample.
    """

    name: str
    inputs: list[Node]
    shape: tuple[int, ...]


@dataclasses.dataclass(eq=False)
class Input(Node):
    """A tensor fed from outside."""


@dataclasses.dataclass(eq=False)
class KerasLayer(Node):
    """A layer that is not ours; TFLiteConverter knows what to do with it."""

    layer: tf.Module


@dataclasses.dataclass(eq=False)
class Sign(Node):
    """+1 where the input is >= 0, else -1."""


@dataclasses.dataclass(eq=False)
class Flatten(Node):
    """All axes into one, channels last as Keras has it."""


@dataclasses.dataclass(frozen=True)
class PoolGeometry:
    """A pooling window over an image; padding never wins a maximum."""

    pool: tuple[int, int]
    stride: tuple[int, int]
    pad_before: tuple[int, int]


@dataclasses.dataclass(eq=False)
class MaxPool(Node):
    """Max pooling of an image. Channels marked in ``minimum`` take the minimum;
    only pooling of signs has such channels (``passes/sign_before_pool.py``)."""

    geometry: PoolGeometry
    layer: tf.Module
    minimum: np.ndarray | None = None


@dataclasses.dataclass(frozen=True)
class PointwiseStep:
    """A function of each channel, monotone in its input.

    Attributes:
      apply: the framework's own computation, for exact thresholds.
      affine: float64 (scale, bias) vectors over the channels if the function is
        ``scale * x + bias``, else None.
    """

    apply: Callable[[tf.Tensor], tf.Tensor]
    affine: tuple[np.ndarray, np.ndarray] | None = None


@dataclasses.dataclass(eq=False)
class Pointwise(Node):
    """Monotone functions of each channel, one after another: output scale, bias,
    batch normalization, ReLU."""

    steps: list[PointwiseStep]


@dataclasses.dataclass(frozen=True)
class ConvGeometry:
    """Where a convolution's window lies on its input.

    ``pad_value`` is what stands outside the image: 0, +1 or -1.
    """

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    pad_before: tuple[int, int]
    pad_value: int
    groups: int


@dataclasses.dataclass(frozen=True)
class BinaryKernel:
    """Weights ``factor * (b + alpha_steps / 2**domain_shift)``, b in {0, 1}.

    Attributes:
      ones: boolean b, output channel first: ``[units, inputs]`` for a dense
        layer, ``[filters, channels, height, width]`` for a convolution.
      factor: the common scale, which goes onto the sums.
    """

    ones: np.ndarray
    alpha_steps: int = 0
    domain_shift: int = 0
    factor: float = 1.0

    @property
    def fan_in(self) -> int:
        return int(np.prod(self.ones.shape[1:]))

    @property
    def largest_sum(self) -> int:
        """Bound on a sum of +-1 inputs, in steps of ``2**-domain_shift``."""
        connections = int(self.ones.reshape(len(self.ones), -1).sum(1).max())
        return (
            connections << self.domain_shift
        ) + abs(self.alpha_steps) * self.fan_in


@dataclasses.dataclass(eq=False)
class BinarySum(Node):
    """The sums of a layer with a binary kernel: a convolution if it has a
    geometry, else a dense layer. Scale and bias are not included."""

    kernel: BinaryKernel
    geometry: ConvGeometry | None = None


@dataclasses.dataclass(frozen=True)
class OutputStage:
    """What an op does with the sums of its channels.

    Attributes:
      steps: functions of each channel, one after another.
      shape: shape of the sums for one sample, channels last.
      kernel: where the sums come from; None where they are plain floats.
    """

    steps: tuple[PointwiseStep, ...]
    shape: tuple[int, ...]
    kernel: BinaryKernel | None = None


@dataclasses.dataclass(eq=False)
class SbnnOp(Node):
    """One custom op of the TFLite file.

    Attributes:
      op: its custom code.
      options: its attributes, whole numbers (``docs/format.md``).
      constants: its constant inputs, in the order of the format.
      packed: whether its output is bit planes; ``shape`` is the logical one.
      behind: what follows its sums (or its float input, for a quantizer), from
        which its last two constants were made; None for ops without it.
    """

    op: str
    options: dict[str, int]
    constants: list[np.ndarray]
    packed: bool
    behind: OutputStage | None = None


class Graph:
    """A network: its inputs and, through its outputs, all of its nodes.

    Attributes:
      weight_code: the code that its kernels are to be written in, one of
        ``weight_code.CHOICES``.
    """

    def __init__(self, inputs: list[Input], outputs: list[Node]):
        self.inputs = inputs
        self.outputs = outputs
        self.weight_code = "auto"

    def nodes(self) -> list[Node]:
        """All nodes that an output needs, each behind the nodes it reads."""
        ordered: dict[Node, None] = {}

        def visit(start: Node) -> None:
            # An explicit stack: a deep network must not exhaust Python's.
            stack: list[tuple[Node, Iterator[Node]]] = [(start, iter(start.inputs))]
            while stack:
                node, pending = stack[-1]
                child = next((n for n in pending if n not in ordered), None)
                if child is None:
                    ordered[node] = None
                    stack.pop()
                else:
                    stack.append((child, iter(child.inputs)))

        for output in self.outputs:
            if output not in ordered:
                visit(output)
        return list(ordered)

    def readers(self, node: Node) -> int:
        """How often ``node`` is read, outputs of the network included."""
        return self.outputs.count(node) + sum(
            other.inputs.count(node) for other in self.nodes()
        )

    def replace(self, old: Node, new: Node) -> None:
        """Lets everything that reads ``old`` read ``new``, ``new`` excepted."""
        for node in self.nodes():
            if node is not new:
                node.inputs = [new if n is old else n for n in node.inputs]
        self.outputs = [new if n is old else n for n in self.outputs]
