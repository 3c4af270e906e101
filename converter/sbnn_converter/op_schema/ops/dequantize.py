"""SbnnDequantize."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.faces import Faced
from sbnn_converter.op_schema.option import INT8_OUTPUT, INT32_MAX, MAX_SIDE, option


@dataclasses.dataclass(frozen=True, kw_only=True)
class Dequantize(Faced):
    """Planes to numbers (``kernels/include/sbnn/quantize.h``)."""

    height: int = option(0, MAX_SIDE, "rows; 0 if it is a vector")
    width: int = option(0, MAX_SIDE, "columns")
    channels: int = option(1, INT32_MAX - 31, "channels, or features of a vector")
    plus: int | None = option(-128, 127, "what stands for +1", when=INT8_OUTPUT)
    minus: int | None = option(-128, 127, "what stands for -1", when=INT8_OUTPUT)
