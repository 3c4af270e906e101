"""SbnnConv2D."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.faces import Faced
from sbnn_converter.op_schema.option import INT8_INPUT, INT32_MAX, MAX_SIDE, MAY_MISS, option
from sbnn_converter.op_schema.stage import Staged
from sbnn_converter.op_schema.weights import Weighted


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conv2D(Staged, Weighted, Faced):
    """A convolution with binary weights (``kernels/include/sbnn/conv2d.h``)."""

    in_height: int = option(1, MAX_SIDE, "rows of the input")
    in_width: int = option(1, MAX_SIDE, "columns of the input")
    in_channels: int = option(1, MAX_SIDE, "channels of the input")
    out_height: int = option(1, MAX_SIDE, "rows of the output")
    out_width: int = option(1, MAX_SIDE, "columns of the output")
    out_channels: int = option(1, MAX_SIDE, "filters")
    kernel_height: int = option(1, 255, "rows of the window")
    kernel_width: int = option(1, 255, "columns of the window")
    stride_height: int = option(1, 255, "rows from one window to the next")
    stride_width: int = option(1, 255, "columns from one window to the next")
    dilation_height: int = option(1, 255, "rows from one tap to the next")
    dilation_width: int = option(1, 255, "columns from one tap to the next")
    pad_top: int = option(0, MAX_SIDE, "rows above the image")
    pad_left: int = option(0, MAX_SIDE, "columns left of the image")
    pad_value: int = option(-1, 1, "what stands outside the image; 0 if the input is int8")
    groups: int = option(
        1, MAX_SIDE, "parts that the channels of input and output are divided into"
    )
    band_bytes: int | None = option(
        1, INT32_MAX, "scratch memory that copies of the input take at most", when=MAY_MISS
    )
    in_zero_point: int | None = option(-128, 127, "what stands for 0 in the input", when=INT8_INPUT)
    tap_major: int | None = option(
        0,
        1,
        "1: weights of a filter lie tap by tap; 0 if the input is numbers",
        when=MAY_MISS,
        missing=0,
        since=2,
    )
