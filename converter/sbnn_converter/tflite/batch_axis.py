"""Whether a graph still computes the same for each sample once its inputs hold more.

The file is written for one batch. TFLite resizes the inputs of any graph and finds out
later, or never, that a constant in it holds the old batch: TRANSPOSE_CONV then writes
past the end of its output, SLICE drops rows. So a graph may be resized only if each of
its ops is known to pass the first axis on from its inputs to its outputs.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from sbnn_converter.tensors.types import element_type
from sbnn_converter.tflite import schema
from sbnn_converter.tflite.flatbuffer import is_ours, op_name, type_name


@dataclasses.dataclass
class _Tensor:
    """``batched``: its first axis is that of the samples; else it is the same for any
    number of them. ``numbers``: the content of a constant of whole numbers."""

    shape: tuple[int, ...]
    batched: bool
    numbers: tuple[int, ...] | None = None

    @property
    def rank(self) -> int:
        return len(self.shape)


@dataclasses.dataclass
class _Op:
    """``inputs`` holds None for what is left out."""

    inputs: list[_Tensor | None]
    outputs: list[_Tensor]
    operator: object

    def input(self, place: int) -> _Tensor:
        """Input ``place``, which the op cannot do without.

        Raises:
          IndexError: it is not there.
        """
        found = self.inputs[place]
        if found is None:
            raise IndexError(f"input {place} is left out")
        return found

    @property
    def present_inputs(self) -> list[_Tensor]:
        """Its inputs without those that are left out."""
        return [tensor for tensor in self.inputs if tensor is not None]

    @property
    def all_inputs(self) -> list[_Tensor]:
        """Its inputs, none of which it can do without.

        Raises:
          IndexError: one is not there.
        """
        return [self.input(place) for place in range(len(self.inputs))]

    def numbers(self, place: int) -> tuple[int, ...]:
        """The content of input ``place``.

        Raises:
          ValueError: it is no short constant of whole numbers.
        """
        found = self.input(place).numbers
        if found is None:
            raise ValueError(f"input {place} is computed")
        return found

    def option(self, table: str, field: str):
        return getattr(schema.builtin_options(self.operator, table), field)()

    def only_batched(self, index: int) -> bool:
        """Whether input ``index`` holds the samples, and no other one does."""
        return [i for i, t in enumerate(self.inputs) if t and t.batched] == [index]


def follows_batch(model: bytes) -> bool:
    """Whether all outputs follow the first axis of the inputs, sample by sample.

    Args:
      model: a flatbuffer whose wiring has been checked.

    Returns:
      False for what is not known to: then only the batch that stands in the file is
      safe.
    """
    try:
        root = schema.Model.GetRootAsModel(model, 0)
        return _graph_follows(root, root.Subgraphs(0))
    except Exception:  # whatever a damaged file or an op without options leads to
        return False


def _graph_follows(root, graph) -> bool:
    tensors = [_tensor(root, graph.Tensors(i)) for i in range(graph.TensorsLength())]
    inputs = [tensors[i] for i in graph.InputsAsNumpy()]
    batch = inputs[0].shape[0]
    for tensor in inputs:
        tensor.batched = True
    for operator in (graph.Operators(i) for i in range(graph.OperatorsLength())):
        indices = operator.InputsAsNumpy()
        # An op without inputs holds a state. So does a variable.
        if any(i >= 0 and graph.Tensors(int(i)).IsVariable() for i in indices):
            return False
        op = _Op(
            [tensors[i] if i >= 0 else None for i in indices],
            [tensors[i] for i in operator.OutputsAsNumpy()],
            operator,
        )
        if any(t.batched for t in op.present_inputs):
            name = op_name(root.OperatorCodes(operator.OpcodeIndex()))
            rule = _activations if is_ours(name) else _RULES.get(name)
            if rule is None or not rule(op):
                return False
            for tensor in op.outputs:
                tensor.batched = True
    ends = [tensors[i] for i in graph.OutputsAsNumpy()]
    return all(t.batched for t in ends) and all(
        t.rank > 0 and t.shape[0] == batch for t in tensors if t.batched
    )


def _tensor(root, tensor) -> _Tensor:
    shape = tuple(tensor.ShapeAsNumpy()) if tensor.ShapeLength() else ()
    dtype = element_type(type_name(tensor)).numpy
    data = root.Buffers(tensor.Buffer()).DataAsNumpy()
    numbers = None
    if dtype in (np.int32, np.int64) and not isinstance(data, int) and data.nbytes <= 256:
        numbers = tuple(int(n) for n in np.frombuffer(data.tobytes(), dtype))
    return _Tensor(tuple(int(d) for d in shape), False, numbers)


# --- Rules: whether the outputs' first axis is that of the inputs -------------------------


def _first_input(op: _Op) -> bool:
    """Works on each value, position or image alone, with constant parameters."""
    return op.only_batched(0)


def _activations(op: _Op) -> bool:
    """An op of ours: activations, and constants, which have rank 1."""
    return all(tensor.batched or tensor.rank == 1 for tensor in op.present_inputs)


def _rows(op: _Op) -> bool:
    """Works along the last axis."""
    return op.only_batched(0) and op.input(0).rank > 1


def _broadcast(op: _Op) -> bool:
    """Samples meet each other on the first axis, and constants that are one there."""
    rank = op.outputs[0].rank
    return all(
        t.rank == rank if t.batched else t.rank < rank or t.shape[0] == 1 for t in op.all_inputs
    )


def _matmul(op: _Op) -> bool:
    if op.outputs[0].rank > 2:  # the leading axes are broadcast, the last two multiplied
        return _broadcast(op)
    return op.only_batched(0) and not op.option("BatchMatMulOptions", "AdjX")


def _fully_connected(op: _Op) -> bool:
    x, weights = op.input(0), op.input(1)
    # Without its dimensions, an input is cut into rows as long as those of the weights.
    return op.only_batched(0) and (
        (op.option("FullyConnectedOptions", "KeepNumDims") and x.rank > 1)
        or math.prod(x.shape[1:]) == weights.shape[1]
    )


def _reshape(op: _Op) -> bool:
    if len(op.inputs) > 1:
        first, *others = op.numbers(1)
    else:
        first, *others = (int(n) for n in op.option("ReshapeOptions", "NewShapeAsNumpy"))
    return first == -1 and math.prod(others) == math.prod(op.input(0).shape[1:])


def _axes_of_input(place: int) -> Callable[[_Op], bool]:
    """Works along the axes that constant input ``place`` names."""

    def rule(op: _Op) -> bool:
        rank = op.input(0).rank
        return op.only_batched(0) and all(n % rank for n in op.numbers(place))

    return rule


def _split(op: _Op) -> bool:
    (axis,) = op.numbers(0)
    return op.only_batched(1) and axis % op.input(1).rank != 0


def _expand_dims(op: _Op) -> bool:
    (axis,) = op.numbers(1)
    return op.only_batched(0) and axis % op.outputs[0].rank != 0


def _squeeze(op: _Op) -> bool:
    # A list that is empty, or not there, stands for all axes of one: the batch as well.
    axes = op.option("SqueezeOptions", "SqueezeDimsAsNumpy")
    return len(axes) > 0 and all(int(axis) % op.input(0).rank for axis in axes)


def _joined(table: str) -> Callable[[_Op], bool]:
    def rule(op: _Op) -> bool:
        axis = op.option(table, "Axis") % op.outputs[0].rank
        return axis != 0 and all(t.batched for t in op.all_inputs)

    return rule


def _unpack(op: _Op) -> bool:
    return op.option("UnpackOptions", "Axis") % op.input(0).rank != 0


def _one_hot(op: _Op) -> bool:
    axis = op.option("OneHotOptions", "Axis") % op.outputs[0].rank
    return op.only_batched(0) and axis != 0


def _gather(op: _Op) -> bool:
    axis = op.option("GatherOptions", "Axis") % op.input(0).rank
    if op.option("GatherOptions", "BatchDims") != 0:
        return False
    return axis != 0 if op.only_batched(0) else op.only_batched(1) and axis == 0


def _transpose(op: _Op) -> bool:
    return op.numbers(1)[0] == 0


def _pad(op: _Op) -> bool:
    return op.only_batched(0) and op.numbers(1)[:2] == (0, 0)


def _tile(op: _Op) -> bool:
    return op.only_batched(0) and op.numbers(1)[0] == 1


def _slice(op: _Op) -> bool:
    return op.only_batched(0) and op.numbers(1)[0] == 0 and op.numbers(2)[0] == -1


def _strided_slice(op: _Op) -> bool:
    table = "StridedSliceOptions"
    moved = (
        op.option(table, "EllipsisMask")
        | op.option(table, "NewAxisMask")
        | op.option(table, "ShrinkAxisMask")
    )
    from_first = op.option(table, "BeginMask") & 1 or op.numbers(1)[0] == 0
    to_last = op.option(table, "EndMask") & 1
    return bool(
        op.only_batched(0) and not moved & 1 and from_first and to_last and op.numbers(3)[0] == 1
    )


def _named(names: str, rule: Callable[[_Op], bool]) -> dict[str, Callable[[_Op], bool]]:
    return dict.fromkeys(names.split(), rule)


_RULES = {
    **_named(
        "ABS CAST CEIL COS "
        "DEQUANTIZE ELU EXP FAKE_QUANT FLOOR GELU HARD_SWISH LEAKY_RELU LOG LOGICAL_NOT "
        "LOGISTIC NEG QUANTIZE RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 ROUND RSQRT SIGN SIN "
        "SQRT SQUARE TANH CONV_2D DEPTHWISE_CONV_2D AVERAGE_POOL_2D MAX_POOL_2D "
        "RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR SPACE_TO_DEPTH DEPTH_TO_SPACE",
        _first_input,
    ),
    **_named("SOFTMAX LOG_SOFTMAX L2_NORMALIZATION TOPK_V2", _rows),
    **_named(
        "ADD SUB MUL DIV MAXIMUM MINIMUM POW SQUARED_DIFFERENCE FLOOR_DIV FLOOR_MOD PRELU "
        "EQUAL NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL LOGICAL_AND LOGICAL_OR "
        "SELECT_V2",
        _broadcast,
    ),
    **_named(
        "MEAN SUM REDUCE_MAX REDUCE_MIN REDUCE_PROD REDUCE_ANY REDUCE_ALL ARG_MAX ARG_MIN "
        "REVERSE_V2 CUMSUM",
        _axes_of_input(1),
    ),
    **_named("PAD PADV2 MIRROR_PAD", _pad),
    "BATCH_MATMUL": _matmul,
    "CONCATENATION": _joined("ConcatenationOptions"),
    "EXPAND_DIMS": _expand_dims,
    "FULLY_CONNECTED": _fully_connected,
    "GATHER": _gather,
    "ONE_HOT": _one_hot,
    "PACK": _joined("PackOptions"),
    "RESHAPE": _reshape,
    "SLICE": _slice,
    "SPLIT": _split,
    "SPLIT_V": _axes_of_input(2),
    "SQUEEZE": _squeeze,
    "STRIDED_SLICE": _strided_slice,
    "TILE": _tile,
    "TRANSPOSE": _transpose,
    "UNPACK": _unpack,
}
