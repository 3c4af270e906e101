"""Whether the types of what an op reads and writes are those that its kernel computes with.

Kernels take one type from one of their tensors and read or write all others as if they had
it, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from sbnn_converter.tflite.damage import WAY_OUT, DamagedFile
from sbnn_converter.tflite.flatbuffer import StoredStep
from sbnn_converter.tflite.op_table import SIGNATURES

# One input and one output of one type.
_LIKE_INPUT = set(
    "LOGISTIC TANH RELU RELU6 RELU_N1_TO_1 RELU_0_TO_1 LEAKY_RELU ELU GELU HARD_SWISH EXP LOG SQRT "
    "RSQRT SIN COS ABS NEG SQUARE ROUND CEIL FLOOR MAX_POOL_2D AVERAGE_POOL_2D RESHAPE SQUEEZE "
    "EXPAND_DIMS TRANSPOSE PAD MIRROR_PAD SLICE STRIDED_SLICE TILE GATHER RESIZE_BILINEAR "
    "RESIZE_NEAREST_NEIGHBOR SPACE_TO_DEPTH DEPTH_TO_SPACE ZEROS_LIKE".split()
)
# All inputs and the output of one type.
_ALL_ALIKE = {"ADD", "SUB", "DIV", "MAXIMUM", "MINIMUM", "CONCATENATION", "PACK"}
_INPUTS_ALIKE = {"MUL", "EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"}
assert SIGNATURES.keys() >= _LIKE_INPUT | _ALL_ALIKE | _INPUTS_ALIKE
_QUANTIZED = {"INT2", "INT4", "UINT4", "INT8", "UINT8", "INT16", "INT32"}
_FLOATS = {"FLOAT16", "FLOAT32", "BFLOAT16"}


def check_types(steps: Sequence[StoredStep]) -> None:
    """Checks the types of builtin ops.

    Args:
      steps: the ops of a graph whose wiring and tensors are whole.

    Raises:
      DamagedFile: an op mixes types that its kernel does not; the message names the op.
    """
    for step in steps:
        found = _damage(step)
        if found:
            raise DamagedFile(f"{step.name}: {found}; {WAY_OUT}")


def _damage(step: StoredStep) -> str | None:
    written = [tensor.type for tensor in step.outputs]
    if step.name in _LIKE_INPUT:
        return _unlike([step.input(0).type, *written])
    read = [tensor.type for tensor in step.present_inputs]
    if step.name in _ALL_ALIKE:
        return _unlike([*read, *written])
    if step.name in _INPUTS_ALIKE:
        return _unlike(read)
    if step.name == "QUANTIZE" and written[0] not in _QUANTIZED:
        return f"it writes {written[0]}, wanted whole numbers"
    if step.name == "DEQUANTIZE" and written[0] not in _FLOATS:
        return f"it writes {written[0]}, wanted FLOAT32"
    return None


def _unlike(types: Sequence[str]) -> str | None:
    if len(set(types)) == 1:
        return None
    return f"found {', '.join(dict.fromkeys(types))} in one op, wanted one type"
