"""The ops of a file and their options: one typed dataclass each, a file each.

The kernels' side of the same is ``SBNN_..._OPTIONS`` in ``kernels/include/sbnn`` and
``runtime/ops``; ``tests/converter/test_op_schema.py`` holds both and the tables of
``docs/format.md`` equal.
"""

from sbnn_converter.op_schema.conv2d import Conv2D
from sbnn_converter.op_schema.dense import Dense
from sbnn_converter.op_schema.dequantize import Dequantize
from sbnn_converter.op_schema.max_pool2d import MaxPool2D
from sbnn_converter.op_schema.option import Op, Option
from sbnn_converter.op_schema.quantize import Quantize

OPS: dict[str, type[Op]] = {
    f"Sbnn{op.__name__}": op for op in (Conv2D, Dense, MaxPool2D, Quantize, Dequantize)
}

__all__ = ["OPS", "Conv2D", "Dense", "Dequantize", "MaxPool2D", "Op", "Option", "Quantize"]
