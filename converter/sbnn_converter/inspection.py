"""What a finished .tflite file holds: its binary layers, decoded, and their cost.

Needs no TensorFlow in memory, so that looking at a file takes no time.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from sbnn_converter.short_repr import ShortRepr
from sbnn_converter.tflite.flatbuffer import StoredOp, read_stored_model
from sbnn_converter.tflite.format_version import FORMAT_VERSION
from sbnn_converter.tflite.verify import verify
from sbnn_converter.weights.code import code_name, entropy_bits
from sbnn_converter.weights.stored import stored_kernel, whole_number


@dataclasses.dataclass(frozen=True)
class WeightCost:
    """What coded weights cost, for a layer or for several together.

    Attributes:
      weights: all of them.
      connections: those that are connections.
      subtracting: connections that subtract, where weights are -1, 0 and +1.
      code_bytes: size of the weight code.
      entropy_bytes: the least that the code could take for independent weights,
        n * H(p) / 8, and a bit a connection where they have signs; for several layers
        the sum of theirs.
    """

    weights: int
    connections: int
    subtracting: int
    code_bytes: int
    entropy_bytes: float

    @property
    def density(self) -> float:
        """Share of connections."""
        return self.connections / self.weights if self.weights else 0.0

    @property
    def bits_a_weight(self) -> float:
        return 8 * self.code_bytes / self.weights if self.weights else 0.0

    @property
    def entropy_bits_a_weight(self) -> float:
        return 8 * self.entropy_bytes / self.weights if self.weights else 0.0

    @property
    def float32_bytes(self) -> int:
        """What the same weights take in float32."""
        return 4 * self.weights

    @property
    def int8_bytes(self) -> int:
        """What the same weights take in int8."""
        return self.weights

    @property
    def one_bit_bytes(self) -> int:
        """What as many weights of two values take at a bit each."""
        return -(-self.weights // 8)


@dataclasses.dataclass(frozen=True)
class InspectedLayer(WeightCost):
    """A layer with coded weights.

    Attributes:
      name: the Keras layer, or the op and its number where the file tells none.
      op: its custom code.
      kind: what people call it, such as ``"conv 3x3"``.
      kernel_shape: shape of the Keras kernel: ``(inputs, units)``, or ``(height,
        width, channels of a group, filters)``.
      code: name of the weight code.
      code_parameter: its parameter.
      values: the weights that the kernel has, up to the output's scale: what is no
        connection and what is one, or -1, 0 and +1.
      indices: the connections: int64 flat indices into the Keras kernel in
        row-major order, ascending.
      subtracting_indices: those of them that subtract.
    """

    name: str
    op: str
    kind: str
    kernel_shape: tuple[int, ...]
    code: str
    code_parameter: int
    values: tuple[float, ...]
    indices: np.ndarray = dataclasses.field(repr=False)
    subtracting_indices: np.ndarray = dataclasses.field(repr=False)

    @property
    def signed(self) -> bool:
        """Whether weights are -1, 0 and +1."""
        return len(self.values) == 3


@dataclasses.dataclass(frozen=True, repr=False)
class Inspection(ShortRepr):
    """A .tflite file.

    Attributes:
      bytes: its size.
      layers: its layers with coded weights, in the order in which they run.
      other_constants_bytes: thresholds, scales, and the weights of layers that
        are not binary.
      other_ops: the names of all ops without coded weights.
    """

    bytes: int
    layers: list[InspectedLayer]
    other_constants_bytes: int
    other_ops: list[str]

    @property
    def total(self) -> WeightCost:
        """All layers as one."""
        return total(self.layers)

    def _repr_html_(self) -> str:
        """What notebooks show."""
        from sbnn_converter.report.notebook import inspection_html

        return inspection_html(self)

    @property
    def structure_bytes(self) -> int:
        """What is no constant: the graph, options and names."""
        return max(0, self.bytes - self.total.code_bytes - self.other_constants_bytes)


def total(layers: Sequence[WeightCost]) -> WeightCost:
    """Several layers as one; its entropy is the sum of theirs."""
    return WeightCost(
        weights=sum(c.weights for c in layers),
        connections=sum(c.connections for c in layers),
        subtracting=sum(c.subtracting for c in layers),
        code_bytes=sum(c.code_bytes for c in layers),
        entropy_bytes=math.fsum(c.entropy_bytes for c in layers),
    )


def inspect_model(model: bytes) -> Inspection:
    """Reads a flatbuffer and decodes the weights of its SBNN ops.

    Args:
      model: the flatbuffer, as ``convert_keras_model`` returns it.

    Raises:
      ValueError: the file is damaged, newer than this version, or a weight code
        is corrupt; the message names the layer.
    """
    verify(model)
    stored = read_stored_model(model)
    layers = []
    for number, op in enumerate(stored.sbnn_ops):
        _check_version(op)
        if "connections" in op.options:
            layers.append(_inspect_layer(op, op.layer or f"{op.name} {number}"))
    code_bytes = sum(layer.code_bytes for layer in layers)
    return Inspection(
        bytes=stored.bytes,
        layers=layers,
        other_constants_bytes=max(0, stored.constant_bytes - code_bytes),
        other_ops=[op.name for op in stored.sbnn_ops if not op.code_bytes] + stored.other_ops,
    )


def _check_version(op: StoredOp) -> None:
    version = op.options.get("version")
    if not isinstance(version, int) or version < 1:
        raise ValueError(
            f"{op.name}: found {'no' if version is None else 'a wrong'} option "
            "'version': the file is damaged; convert the model again"
        )
    if version > FORMAT_VERSION:
        raise ValueError(
            f"{op.name} is written in version {version} of the format, this program "
            f"reads up to {FORMAT_VERSION}: update sbnn-keras"
        )


def _inspect_layer(op: StoredOp, name: str) -> InspectedLayer:
    try:
        kernel = stored_kernel(op)
        layout, code = kernel.layout, kernel.code
        indices, subtract = kernel.keras_connections()
        low = whole_number(op, "alpha_steps") / 2.0 ** whole_number(op, "domain_shift")
        named = code_name(code.code)
    except (ValueError, IndexError, OverflowError) as error:
        raise ValueError(
            f"layer '{name}': the weight code is corrupt: {error}; convert the model again"
        ) from error
    return InspectedLayer(
        weights=layout.weights,
        connections=code.connections,
        subtracting=np.count_nonzero(subtract),
        code_bytes=code.bytes,
        entropy_bytes=entropy_bits(layout.weights, code.connections, signed=code.signed) / 8,
        name=name,
        op=op.name,
        kind=layout.kind,
        kernel_shape=layout.keras_shape,
        code=named,
        code_parameter=code.parameter,
        values=(-1.0, 0.0, 1.0) if code.signed else (low, low + 1.0),
        indices=indices,
        subtracting_indices=indices[subtract],
    )
