"""SbnnMaxPool2D."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.faces import Faced
from sbnn_converter.op_schema.option import MAX_SIDE, option


@dataclasses.dataclass(frozen=True, kw_only=True)
class MaxPool2D(Faced):
    """Max pooling of planes (``kernels/include/sbnn/max_pool2d.h``)."""

    channels: int = option(1, MAX_SIDE, "channels of input and output")
    in_height: int = option(1, MAX_SIDE, "rows of the input")
    in_width: int = option(1, MAX_SIDE, "columns of the input")
    out_height: int = option(1, MAX_SIDE, "rows of the output")
    out_width: int = option(1, MAX_SIDE, "columns of the output")
    pool_height: int = option(1, MAX_SIDE, "rows of the window")
    pool_width: int = option(1, MAX_SIDE, "columns of the window")
    stride_height: int = option(1, MAX_SIDE, "rows from one window to the next")
    stride_width: int = option(1, MAX_SIDE, "columns from one window to the next")
    pad_top: int = option(0, MAX_SIDE, "rows above the image")
    pad_left: int = option(0, MAX_SIDE, "columns left of the image")
