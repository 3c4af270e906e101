"""The converter's own graph: what a model computes, between Keras and TFLite.

A node is one step on one tensor; its inputs are the nodes that it reads. The
graph is known by its outputs: what no output needs does not exist. Shapes are
those of one sample, without the batch.

The importer builds a graph; the passes rewrite it until the binary parts are
``SbnnOp`` nodes; the emitter writes it as TFLite.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf


@dataclasses.dataclass(eq=False)
class Node:
    """A step of the network.

    Attributes:
      name: the Keras layer that the step comes from, with the models that it
        is nested in: ``block/conv``.
      inputs: nodes whose outputs it reads. Inside a ``Graph``, only the graph's
        methods change them.
      shape: shape of its output for one sample.
      dtype: what the output is made of, if it is not packed.
    """

    name: str
    inputs: list[Node]
    shape: tuple[int, ...]
    dtype: tf.DType = dataclasses.field(default=tf.float32, kw_only=True)


@dataclasses.dataclass(eq=False)
class Input(Node):
    """A tensor fed from outside."""


@dataclasses.dataclass(eq=False)
class KerasLayer(Node):
    """A layer that is not ours; TFLiteConverter knows what to do with it.

    Attributes:
      layer: the Keras layer.
      call: from the tensors that it reads to its output, as the model calls the
        layer; a list or other structure if it has several outputs, which only
        ``Part`` nodes read.
    """

    layer: tf.Module
    call: Callable[[list[tf.Tensor]], Any]


@dataclasses.dataclass(eq=False)
class Part(Node):
    """One of the outputs of a layer with several."""

    index: int


@dataclasses.dataclass(eq=False)
class Sign(Node):
    """+1 where the input is >= 0, else -1."""


@dataclasses.dataclass(eq=False)
class Reshape(Node):
    """The same elements in the same order, channels last, under another shape."""


@dataclasses.dataclass(eq=False)
class Permute(Node):
    """Axes in another order; axis 0 is the first one behind the batch."""

    axes: tuple[int, ...]


@dataclasses.dataclass(eq=False)
class Concat(Node):
    """Inputs side by side along the last axis, the channels.

    Attributes:
      packed: whether its inputs and its output are bit planes.
    """

    packed: bool = False


@dataclasses.dataclass(eq=False)
class Pad(Node):
    """An image with zeros around it: (top, bottom), (left, right)."""

    rows: tuple[int, int]
    columns: tuple[int, int]


@dataclasses.dataclass(frozen=True)
class PoolGeometry:
    """A pooling window over an image; padding never wins a maximum."""

    pool: tuple[int, int]
    stride: tuple[int, int]
    pad_before: tuple[int, int]
    padding: str


@dataclasses.dataclass(eq=False)
class MaxPool(Node):
    """Max pooling of an image. Channels marked in ``minimum`` take the minimum;
    only pooling of signs has such channels (``passes/sign_before_pool.py``)."""

    geometry: PoolGeometry
    minimum: np.ndarray | None = None


@dataclasses.dataclass(frozen=True)
class PointwiseStep:
    """A function of each channel, monotone in its input.

    Attributes:
      apply: the framework's own computation, for exact thresholds.
      affine: float64 (scale, bias) vectors over the channels if the function is
        ``scale * x + bias``, else None.
      rank: rank of the tensors that ``apply`` takes, batch included; None if it
        takes any.
      levels: all values that it gives, ascending, if they are few.
    """

    apply: Callable[[tf.Tensor], tf.Tensor]
    affine: tuple[np.ndarray, np.ndarray] | None = None
    rank: int | None = None
    levels: tuple[float, ...] | None = None

    def minus(self, value: float) -> PointwiseStep:
        """The function less ``value``, for a sign behind it."""
        return PointwiseStep(lambda x: self.apply(x) - value, rank=self.rank)


def affine_step(scale: np.ndarray, bias: np.ndarray) -> PointwiseStep:
    """``scale * x + bias`` in float32, from vectors over the channels."""
    scale = np.asarray(scale, np.float64)
    bias = np.asarray(bias, np.float64)

    def apply(x: tf.Tensor) -> tf.Tensor:
        return x * tf.constant(scale, x.dtype) + tf.constant(bias, x.dtype)

    return PointwiseStep(apply, (scale, bias))


def apply_steps(steps: Sequence[PointwiseStep], x: tf.Tensor) -> tf.Tensor:
    """Computes ``steps`` one after another on a tensor of any rank."""
    for step in steps:
        if step.rank in (None, x.shape.rank):
            x = step.apply(x)
        else:
            inner = [-1] + [1] * (step.rank - 2) + [x.shape[-1]]
            x = tf.reshape(step.apply(tf.reshape(x, inner)), [-1, *x.shape[1:]])
    return x


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
      factor: the scale of each output channel, float64 ``[filters]``, which goes
        onto the sums.
    """

    ones: np.ndarray
    alpha_steps: int
    domain_shift: int
    factor: np.ndarray

    @property
    def fan_in(self) -> int:
        return int(np.prod(self.ones.shape[1:]))

    @functools.cached_property
    def weight_sums(self) -> np.ndarray:
        """Sum of the weights of each output channel, without ``factor``: what it
        answers to an input of ones. float64 ``[filters]``, exact."""
        connections = self.ones.reshape(len(self.ones), -1).sum(1)
        return connections + self.fan_in * self.alpha_steps / 2.0**self.domain_shift

    @property
    def largest_sum(self) -> int:
        """Bound on a sum of +-1 inputs, in steps of ``2**-domain_shift``."""
        connections = int(self.ones.reshape(len(self.ones), -1).sum(1).max())
        return (connections << self.domain_shift) + abs(self.alpha_steps) * self.fan_in


@dataclasses.dataclass(eq=False)
class BinarySum(Node):
    """The sums of a layer with a binary kernel: a convolution if it has a
    geometry, else a dense layer. Factor, scale and bias are not included."""

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
      sums_of_bits: whether its sums are whole numbers of steps.
    """

    op: str
    options: dict[str, int]
    constants: list[np.ndarray]
    packed: bool
    behind: OutputStage | None = None
    sums_of_bits: bool = False


class Graph:
    """A network: its inputs and, through its outputs, all of its nodes.

    The graph knows the readers of every node. A node that nobody reads any more
    leaves it.

    Attributes:
      weight_code: the code that its kernels are to be written in, one of
        ``weight_code.CHOICES``.
    """

    def __init__(self, inputs: list[Input], outputs: list[Node]):
        self.inputs = inputs
        self.outputs = list(outputs)
        self._readers: dict[Node, dict[Node, int]] = {}
        self._uses_as_output = Counter(self.outputs)
        for output in self.outputs:
            self._enter(output)
        self.weight_code = "auto"

    def nodes(self) -> list[Node]:
        """All nodes that an output needs, each behind the nodes it reads."""
        ordered: dict[Node, None] = {}
        for output in self.outputs:
            for node in _upstream_first(output, ordered):
                ordered[node] = None
        return list(ordered)

    def __contains__(self, node: Node) -> bool:
        return node in self._readers

    def readers(self, node: Node) -> list[Node]:
        """The nodes that read ``node``; one that reads it twice stands once."""
        return list(self._readers[node])

    def only_reader(self, node: Node) -> Node | None:
        """The one node that reads ``node``, if nothing else does."""
        readers = self._readers[node]
        if len(readers) != 1 or self._uses_as_output[node]:
            return None
        return next(iter(readers))

    def is_shared(self, node: Node) -> bool:
        """Whether more than one place reads ``node``, network outputs included."""
        return sum(self._readers[node].values()) + self._uses_as_output[node] > 1

    def set_inputs(self, node: Node, inputs: list[Node]) -> None:
        """Lets ``node`` read ``inputs`` in the place of what it read."""
        before, node.inputs = node.inputs, list(inputs)
        for read in node.inputs:
            self._enter(read)
            self._count(read, node, +1)
        for read in before:
            self._count(read, node, -1)
            self._drop_if_unread(read)

    def replace(self, old: Node, new: Node) -> list[Node]:
        """Lets everything that reads ``old`` read ``new``, ``new`` excepted.

        Returns:
          The nodes that have come into the graph with ``new``, upstream first.
        """
        entered = self._enter(new)
        for reader in self.readers(old):
            if reader is not new:
                self.set_inputs(reader, [new if n is old else n for n in reader.inputs])
        self.outputs = [new if n is old else n for n in self.outputs]
        self._uses_as_output[new] += self._uses_as_output.pop(old, 0)
        self._drop_if_unread(old)
        return entered

    def insert_behind(
        self, node: Node, new: Node, readers: Sequence[Node], outputs: bool = False
    ) -> None:
        """Lets ``readers`` read ``new`` in the place of ``node``.

        Args:
          outputs: whether the network's outputs change over, too.
        """
        self._enter(new)
        for reader in readers:
            self.set_inputs(reader, [new if n is node else n for n in reader.inputs])
        if outputs:
            self.outputs = [new if n is node else n for n in self.outputs]
            self._uses_as_output[new] += self._uses_as_output.pop(node, 0)
        self._drop_if_unread(node)

    def _enter(self, node: Node) -> list[Node]:
        entered = _upstream_first(node, self._readers)
        for one in entered:
            self._readers[one] = {}
            for read in one.inputs:
                self._count(read, one, +1)
        return entered

    def _count(self, node: Node, reader: Node, change: int) -> None:
        readers = self._readers[node]
        readers[reader] = readers.get(reader, 0) + change
        if readers[reader] == 0:
            del readers[reader]

    def _drop_if_unread(self, node: Node) -> None:
        unread = [node]
        while unread:
            node = unread.pop()
            if self._readers.get(node, True) or self._uses_as_output[node]:
                continue
            del self._readers[node]
            for read in node.inputs:
                self._count(read, node, -1)
                unread.append(read)


def _upstream_first(start: Node, known: Container[Node]) -> list[Node]:
    """``start`` and all that it needs, except what is ``known`` already."""
    if start in known:
        return []
    ordered: dict[Node, None] = {}
    # An explicit stack: a deep network must not exhaust Python's.
    stack: list[tuple[Node, Iterator[Node]]] = [(start, iter(start.inputs))]
    while stack:
        node, pending = stack[-1]
        child = next((n for n in pending if n not in ordered and n not in known), None)
        if child is None:
            ordered[node] = None
            stack.pop()
        else:
            stack.append((child, iter(child.inputs)))
    return list(ordered)
