"""The ops of a file and their options: one typed dataclass each, a file each.

The kernels' side of the same is ``SBNN_..._OPTIONS`` in ``kernels/include/sbnn`` and
``runtime/ops``; ``tests/converter/test_op_schema.py`` holds both and the tables of
``docs/format.md`` equal.
"""

from sbnn_converter.op_schema.add import Add
from sbnn_converter.op_schema.average_pool2d import AveragePool2D
from sbnn_converter.op_schema.conv2d import Conv2D
from sbnn_converter.op_schema.dense import Dense
from sbnn_converter.op_schema.dequantize import Dequantize
from sbnn_converter.op_schema.max_pool2d import MaxPool2D
from sbnn_converter.op_schema.option import Op, Option
from sbnn_converter.op_schema.quantize import Quantize

OPS: dict[str, type[Op]] = {
    f"Sbnn{op.__name__}": op
    for op in (Conv2D, Dense, MaxPool2D, Quantize, Dequantize, AveragePool2D, Add)
}

__all__ = [
    "OPS",
    "Add",
    "AveragePool2D",
    "Conv2D",
    "Dense",
    "Dequantize",
    "MaxPool2D",
    "Op",
    "Option",
    "Quantize",
]
