"""What the kernels plan for an op on a 32-bit microcontroller, asked of themselves.

A native library (``converter/runtime/plan``) prepares the op just as a runtime
would, with pointers of four bytes, and tells sizes and passes. It runs nothing.
"""

from __future__ import annotations

import ctypes
import dataclasses
import functools

from sbnn_converter.native import library_path
from sbnn_converter.op_schema.packing import pack_numbered
from sbnn_converter.tensors.types import OTHER_KERNEL_TYPE, ElementType, type_of
from sbnn_converter.tflite.flatbuffer import StoredOp

_MAX_RANK = 4


# How a convolution copies its input planes, in the order of ``sbnn_copy_way``.
WAYS = ("other pitch", "parts", "moved", "short rows", "word rows")


@dataclasses.dataclass(frozen=True)
class Plan:
    """What an op takes; the fields behind ``most`` are for convolutions.

    Attributes:
      scratch_bytes: memory that it needs while it runs.
      most: connections of the output channel with the most of them.
      passes: how often the weights are decoded.
      copies, copy_words: moved input planes and their words, all passes together.
      stream_rows: image rows moved one by one where planes can't be moved whole.
      word_classes: output words whose borders differ, all passes together.
      kind_bits: kinds of positions in these.
      kinds: kinds of positions: windows that lose the same taps to the border.
      way: how input planes are copied, one of ``WAYS``.
      rows: of int8 input, as they are loaded in all passes.
      row_words: of one of these and a channel.
      strips: of the output, each of one output row.
      lanes: whether lanes of 16 bits suffice for the sums of every channel.
    """

    scratch_bytes: int
    most: int
    passes: int
    copies: int
    copy_words: int
    stream_rows: int
    word_classes: int
    kind_bits: int
    kinds: int
    way: str
    rows: int
    row_words: int
    strips: int
    lanes: bool


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("rank", ctypes.c_int32),
        ("dims", ctypes.c_int32 * _MAX_RANK),
        ("data", ctypes.c_void_p),
    ]


class _Plan(ctypes.Structure):
    _fields_ = [(field.name, ctypes.c_int64) for field in dataclasses.fields(Plan)]


class _Problem(ctypes.Structure):
    _fields_ = [
        ("what", ctypes.c_char_p),
        ("found", ctypes.c_int32),
        ("wanted", ctypes.c_int32),
        ("missing", ctypes.c_bool),
    ]


def plan_op(op: StoredOp, *, loads_anywhere: bool = False, **options: int) -> Plan:
    """Asks the kernels what ``op`` needs.

    Args:
      op: the op as it stands in a file.
      loads_anywhere: whether the core loads words from any address, which takes fewer
        copies; scratch memory suffices for both kinds of cores.
      **options: options that take the place of the file's.

    Raises:
      ValueError: the op is refused, as every runtime would refuse it.
    """
    library = _library()
    tensors = [_tensor(op.input.element_type, op.input.shape, None)]
    for constant in op.constants:
        tensors.append(_tensor(type_of(constant), constant.shape, constant.ctypes.data))
    if op.other is not None:
        tensors.append(_tensor(op.other.element_type, op.other.shape, None))
    inputs = (_Tensor * len(tensors))(*tensors)
    output = _tensor(op.output.element_type, op.output.shape, None)
    plan, problem = _Plan(), _Problem()
    packed = pack_numbered({**op.options, **options})
    accepted = library.SbnnPlanOp(
        op.name.encode(),
        packed,
        len(packed),
        inputs,
        len(tensors),
        loads_anywhere,
        ctypes.byref(output),
        ctypes.byref(plan),
        ctypes.byref(problem),
    )
    if not accepted:
        raise ValueError(
            f"{op.name} is refused: {(problem.what or b'').decode()} "
            f"(found {problem.found}, wanted {problem.wanted}); convert the model again"
        )
    numbers = {field.name: getattr(plan, field.name) for field in dataclasses.fields(Plan)}
    return Plan(**{**numbers, "way": WAYS[plan.way], "lanes": bool(plan.lanes)})


def _tensor(kind: ElementType, shape: tuple[int, ...], data: int | None) -> _Tensor:
    number = OTHER_KERNEL_TYPE if kind.kernel is None else kind.kernel
    tensor = _Tensor(number, len(shape), data=data)
    for axis, size in enumerate(shape[:_MAX_RANK]):
        tensor.dims[axis] = size
    return tensor


@functools.cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(library_path("sbnn_plan")))
    library.SbnnPlanOp.restype = ctypes.c_bool
    library.SbnnPlanOp.argtypes = [
        ctypes.c_char_p,
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.POINTER(_Tensor),
        ctypes.c_int32,
        ctypes.c_bool,
        ctypes.POINTER(_Tensor),
        ctypes.POINTER(_Plan),
        ctypes.POINTER(_Problem),
    ]
    return library
