"""The nodes of the converter's graph."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from sbnn_converter.tensors.face import FLOAT32, Face

if TYPE_CHECKING:
    import tensorflow as tf

    from sbnn_converter.graph.stage_constants import Cuts, Scale, StreamScale


@dataclasses.dataclass(eq=False)
class Node:
    """A step of the network.

    Attributes:
      name: the Keras layer that the step comes from, with the models that it
        is nested in: ``block/conv``.
      inputs: nodes whose outputs it reads. Inside a ``Graph``, only the graph's
        methods change them.
      shape: shape of its output for one sample.
      face: what its output is made of. Before the passes have run, signs are still
        the floats +1 and -1.
    """

    name: str
    inputs: Sequence[Node]
    shape: tuple[int, ...]
    face: Face = dataclasses.field(default=FLOAT32, kw_only=True)

    @property
    def dtype(self) -> tf.DType:
        """TensorFlow's type of its output."""
        import tensorflow as tf

        return tf.as_dtype(self.face.element_type.name.lower())


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
    """+1 where the input is >= 0, else -1; of more bits, the odd whole number nearest to
    the input, from ``-(2**bits - 1)`` to ``2**bits - 1``, half-way the upper one.

    What brings an activation to such numbers is a function in front of it.
    """

    bits: int = 1

    def like(self, x: Node) -> Sign:
        """The same of another node."""
        return Sign(self.name, [x], x.shape, self.bits)

    def apply(self, x: tf.Tensor) -> tf.Tensor:
        """The same as a function of floats."""
        import tensorflow as tf

        one = tf.ones_like(x)
        return tf.add_n([tf.where(x >= cut, one, -one) for cut in sign_cuts(self.bits)])


def sign_cuts(bits: int) -> list[float]:
    """Where a sign of so many bits goes up: the even whole numbers between its values."""
    top = 2.0**bits - 2
    return [2.0 * cut - top for cut in range(2**bits - 1)]


@dataclasses.dataclass(eq=False)
class Reshape(Node):
    """The same elements in the same order, channels last, under another shape."""


@dataclasses.dataclass(eq=False)
class Permute(Node):
    """Axes in another order; axis 0 is the first one behind the batch."""

    axes: tuple[int, ...]


@dataclasses.dataclass(eq=False)
class Concat(Node):
    """Inputs side by side along the last axis, the channels; all have one face."""


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


@dataclasses.dataclass(eq=False)
class AveragePool(Node):
    """Means over windows of a stream, in whole steps: half-way the upper one. Windows lie
    inside the image and are of a power of two of positions."""

    geometry: PoolGeometry


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
      uniform: whether it is the same in all channels, however many there are.
      key: equal for functions that are the same though made apart; None if unknown.
    """

    apply: Callable[[tf.Tensor], tf.Tensor]
    affine: tuple[np.ndarray, np.ndarray] | None = None
    rank: int | None = None
    levels: tuple[float, ...] | None = None
    uniform: bool = False
    key: Hashable | None = None

    def is_same(self, other: PointwiseStep) -> bool:
        """Whether it is known to compute what ``other`` does."""
        return self is other or (self.key is not None and self.key == other.key)

    def minus(self, value: float) -> PointwiseStep:
        """The function less ``value``, for a sign behind it."""
        return self.scaled(value)

    def scaled(self, middle: float, factor: float = 1.0) -> PointwiseStep:
        """The function's distance from ``middle`` times ``factor``, for a sign behind it."""

        def apply(x: tf.Tensor) -> tf.Tensor:
            y = self.apply(x) - middle
            return y if factor == 1 else y * factor

        key = None if self.key is None else (self.key, middle, factor)
        return PointwiseStep(apply, rank=self.rank, uniform=self.uniform, key=key)


def affine_step(scale: np.ndarray, bias: np.ndarray) -> PointwiseStep:
    """``scale * x + bias`` in float32, from vectors over the channels."""
    scale = np.asarray(scale, np.float64)
    bias = np.asarray(bias, np.float64)

    def apply(x: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        return x * tf.constant(scale, x.dtype) + tf.constant(bias, x.dtype)

    return PointwiseStep(apply, (scale, bias))


def apply_steps(steps: Sequence[PointwiseStep], x: tf.Tensor) -> tf.Tensor:
    """Computes ``steps`` one after another on a tensor of any rank."""
    import tensorflow as tf

    for step in steps:
        if step.rank in (None, x.shape.rank):
            x = step.apply(x)
        else:
            inner = [-1] + [1] * (step.rank - 2) + [x.shape[-1]]
            x = tf.reshape(step.apply(tf.reshape(x, inner)), [-1, *x.shape[1:]])
    return x


def composed_affine(
    steps: Iterable[PointwiseStep],
    scale: np.ndarray,
    bias: np.ndarray,
) -> tuple[np.ndarray, np.ndarray] | None:
    """What ``steps`` make of ``scale * x + bias``; None if one is no scale and bias."""
    for step in steps:
        if step.affine is None:
            return None
        scale, bias = scale * step.affine[0], bias * step.affine[0] + step.affine[1]
    return scale, bias


@dataclasses.dataclass(eq=False)
class Pointwise(Node):
    """Monotone functions of each channel, one after another: output scale, bias,
    batch normalization, ReLU."""

    steps: list[PointwiseStep]


@dataclasses.dataclass(frozen=True)
class ConvGeometry:
    """Where a convolution's window lies on its input.

    ``pad_value`` is what stands outside the image: 0, +1 or -1, or the largest or the
    least odd number of an activation of several bits.
    """

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    pad_before: tuple[int, int]
    pad_value: int
    groups: int


@dataclasses.dataclass(frozen=True)
class BinaryKernel:
    """Weights ``factor * (c + alpha_steps / 2**domain_shift)``.

    Attributes:
      connections: c, int8: 1 for a connection that adds its input, -1 for one that
        subtracts it, 0 where there is none. Output channel first: ``[units, inputs]``
        for a dense layer, ``[filters, channels, height, width]`` for a convolution.
      alpha_steps, domain_shift: 0 if any connection subtracts.
      factor: the scale of each output channel, float64 ``[filters]``, which goes
        onto the sums.
    """

    connections: np.ndarray
    alpha_steps: int
    domain_shift: int
    factor: np.ndarray

    @property
    def fan_in(self) -> int:
        return int(np.prod(self.connections.shape[1:]))

    @functools.cached_property
    def weight_sums(self) -> np.ndarray:
        """Sum of the weights of each output channel, without ``factor``: what it
        answers to an input of ones. float64 ``[filters]``, exact."""
        sums = self._by_channel().sum(1, dtype=np.int64)
        return sums + self.fan_in * self.alpha_steps / 2.0**self.domain_shift

    @property
    def largest_sum(self) -> int:
        """Bound on a sum of +-1 inputs, in steps of ``2**-domain_shift``."""
        most = int(np.count_nonzero(self._by_channel(), axis=1).max())
        return (most << self.domain_shift) + abs(self.alpha_steps) * self.fan_in

    def _by_channel(self) -> np.ndarray:
        return self.connections.reshape(len(self.connections), -1)


@dataclasses.dataclass(eq=False)
class StreamSum(Node):
    """A residual stream with an update added to it, ``[stream, update]``, or an update that
    begins one: for t steps the odd whole number ``2 * t + 1``.

    Attributes:
      bits: t is ``-2**(bits - 1)`` to ``2**(bits - 1) - 1``.
      step: what a step is worth, a power of two.
      factors, offsets: of each channel, float64: the update times a factor that is 2^n or
        -2^n, and steps that come to it.
      layer, call: Keras's own computation, as in ``KerasLayer``, of the steps' value.
    """

    bits: int
    step: float
    factors: np.ndarray
    offsets: np.ndarray
    layer: tf.Module
    call: Callable[[list[tf.Tensor]], Any]

    @property
    def value_step(self) -> PointwiseStep:
        """From the odd whole numbers to what Keras has."""
        half = self.step / 2
        affine = np.full(self.shape[-1], half), np.full(self.shape[-1], -half)
        key = ("stream", self.step)
        return PointwiseStep(lambda x: x * half - half, affine, uniform=True, key=key)

    def normalized(self, update: np.ndarray) -> np.ndarray:
        """What is added of an update ``[..., channels]``, as Keras computes it in float32."""
        factors = self.factors.astype(np.float32)
        return update * factors + (self.offsets * self.step).astype(np.float32)


@dataclasses.dataclass(eq=False)
class BinarySum(Node):
    """The sums of a layer with a binary kernel: a convolution if it has a
    geometry, else a dense layer. Factor, scale and bias are not included."""

    kernel: BinaryKernel
    geometry: ConvGeometry | None = None


@dataclasses.dataclass(frozen=True)
class OutputStage:
    """What an op does with the sums of its channels, or with its input.

    Attributes:
      steps: functions of each channel, one after another.
      shape: shape of what they act on for one sample, channels last.
    """

    steps: tuple[PointwiseStep, ...]
    shape: tuple[int, ...]


@dataclasses.dataclass(eq=False)
class SbnnOp(Node):
    """One custom op of the TFLite file.

    Attributes:
      op: its custom code.
      options: its attributes, whole numbers (``docs/format.md``); those of its
        weights' code stand in the file only.
      marks: a pooling's minimum marks, boolean ``[channels]``.
      reads: the face of the first input; a second one is planes.
    """

    op: str
    options: dict[str, int]
    marks: np.ndarray | None = None
    reads: Face = FLOAT32


@dataclasses.dataclass(eq=False)
class SumOp(SbnnOp):
    """A binary layer: its sums and what follows them.

    Attributes:
      kernel: what it was made of.
      connections: those of ``kernel`` in the order of the format.
      behind: what follows the sums.
      stage: what became of ``behind``: ``Cuts`` where its output is planes or a
        ``StreamScale`` where they are a stream, else a ``Scale`` (``stage_constants.py``).
    """

    kernel: BinaryKernel = dataclasses.field(kw_only=True)
    connections: np.ndarray = dataclasses.field(kw_only=True)
    behind: OutputStage = dataclasses.field(kw_only=True)
    stage: Cuts | Scale | StreamScale = dataclasses.field(kw_only=True)

    @property
    def sums_of_planes(self) -> bool:
        """Whether its sums are whole numbers of steps."""
        return self.reads.is_planes


@dataclasses.dataclass(eq=False)
class QuantizeOp(SbnnOp):
    """Planes made of numbers, or of other planes.

    Attributes:
      behind: what follows its input.
      stage: what became of ``behind``.
    """

    behind: OutputStage = dataclasses.field(kw_only=True)
    stage: Cuts = dataclasses.field(kw_only=True)


def quantizes_numbers(node: Node) -> TypeGuard[QuantizeOp]:
    """Whether a node makes planes of numbers, and computes nothing else."""
    return isinstance(node, QuantizeOp) and not node.reads.is_planes
