"""The builtin ops of TensorFlow Lite that may stand in a file, with their inputs and outputs.

Kernels read their inputs by number, and not all of them ask how many there are.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Container


@dataclasses.dataclass(frozen=True)
class Signature:
    """How many tensors an op reads and writes.

    Attributes:
      inputs, outputs: the least and the most.
      optional: the places of inputs that may be left out.
      together: those of them that are left out together or not at all.
    """

    inputs: tuple[int, int]
    outputs: tuple[int, int]
    optional: Container[int] = frozenset()
    together: frozenset[int] = frozenset()


# Convolutions have their biases: XNNPACK reads one where TensorFlow Lite could do without.
# Inputs, outputs, behind "?" the inputs that may be left out, behind "&" those of them that are
# left out together: then the ops.
_TABLE = """
1 1: ABS CAST CEIL COMPLEX_ABS COS DEQUANTIZE ELU EXP FAKE_QUANT FLOOR GELU HARD_SWISH IMAG
1 1: LEAKY_RELU LOG LOGICAL_NOT LOGISTIC NEG QUANTIZE REAL RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1
1 1: ROUND RSQRT SIGN SIN SQRT SQUARE TANH ZEROS_LIKE SOFTMAX LOG_SOFTMAX L2_NORMALIZATION
1 1: LOCAL_RESPONSE_NORMALIZATION AVERAGE_POOL_2D MAX_POOL_2D L2_POOL_2D SPACE_TO_DEPTH
1 1: DEPTH_TO_SPACE SQUEEZE SHAPE RANK WHERE MATRIX_DIAG BUCKETIZE BITCAST RANDOM_UNIFORM
1 1: RANDOM_STANDARD_NORMAL READ_VARIABLE HASHTABLE_SIZE DENSIFY
2 1: ADD SUB MUL DIV MAXIMUM MINIMUM POW SQUARED_DIFFERENCE FLOOR_DIV FLOOR_MOD EQUAL
2 1: NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL LOGICAL_AND LOGICAL_OR ATAN2 BITWISE_XOR
2 1: RIGHT_SHIFT PRELU BATCH_MATMUL EXPAND_DIMS GATHER GATHER_ND TRANSPOSE PAD MIRROR_PAD TILE
2 1: MEAN SUM REDUCE_MAX REDUCE_MIN REDUCE_PROD REDUCE_ANY REDUCE_ALL ARG_MAX ARG_MIN
2 1: REVERSE_V2 CUMSUM RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR FILL BROADCAST_TO
2 1: BROADCAST_ARGS REVERSE_SEQUENCE MATRIX_SET_DIAG EMBEDDING_LOOKUP RFFT2D SEGMENT_SUM
2 1: MULTINOMIAL
3 1: SELECT SELECT_V2 SLICE PADV2 SPACE_TO_BATCH_ND BATCH_TO_SPACE_ND RANGE SCATTER_ND
3 1: UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM UNSORTED_SEGMENT_MIN
3 1: DYNAMIC_UPDATE_SLICE HASHTABLE_FIND
4 1: STRIDED_SLICE ONE_HOT SPARSE_TO_DENSE
1-2 1: RESHAPE
3 1: CONV_2D DEPTHWISE_CONV_2D
2-3 1 ?2: CONV_3D FULLY_CONNECTED
3-4 1 ?3: TRANSPOSE_CONV CONV_3D_TRANSPOSE
1- 1: CONCATENATION PACK ADD_N
1 1-: UNPACK
2 1-: SPLIT
3 1-: SPLIT_V
2 2: TOPK_V2
1 2: UNIQUE
5 2: NON_MAX_SUPPRESSION_V4
6 3: NON_MAX_SUPPRESSION_V5
5 1 ?3: SVDF RNN UNIDIRECTIONAL_SEQUENCE_RNN
12 1-2 ?9-11: BIDIRECTIONAL_SEQUENCE_RNN
20-24 1 ?1,5,9-12,16-17,20-23 &1,5,12: LSTM UNIDIRECTIONAL_SEQUENCE_LSTM
48 1-2 ?1,5,9-12,16-18,22,26-29,33-34,39-47: BIDIRECTIONAL_SEQUENCE_LSTM
1- 0-: WHILE IF
0 0: CALL_ONCE
0 1: VAR_HANDLE HASHTABLE
2 0: ASSIGN_VARIABLE
3 0: HASHTABLE_IMPORT
"""


def _read_table() -> dict[str, Signature]:
    found = {}
    for line in _TABLE.strip().splitlines():
        numbers, names = line.split(":")
        inputs, outputs, *listed = numbers.split()
        places = {group[0]: _places(group[1:]) for group in listed}
        signature = Signature(
            _limits(inputs),
            _limits(outputs),
            optional=places.get("?", frozenset()),
            together=places.get("&", frozenset()),
        )
        found.update(dict.fromkeys(names.split(), signature))
    return found


def _places(text: str) -> frozenset[int]:
    ends = (part.partition("-") for part in text.split(","))
    return frozenset(n for low, _, high in ends for n in range(int(low), int(high or low) + 1))


def _limits(text: str) -> tuple[int, int]:
    low, dash, high = text.partition("-")
    return int(low), int(high or sys.maxsize) if dash else int(low)


SIGNATURES = _read_table()
# Kernels of ours look at all of them themselves, and at what of them is a constant.
OURS = Signature((1, sys.maxsize), (1, 1))
# No runtime of ours has a kernel for another's op.
FOREIGN = Signature((0, sys.maxsize), (0, sys.maxsize), optional=range(sys.maxsize))
