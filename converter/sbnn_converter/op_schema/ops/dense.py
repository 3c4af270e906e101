"""SbnnDense."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.faces import Faced
from sbnn_converter.op_schema.option import INT8_INPUT, INT32_MAX, option
from sbnn_converter.op_schema.stage import Staged
from sbnn_converter.op_schema.weights import Weighted


@dataclasses.dataclass(frozen=True, kw_only=True)
class Dense(Staged, Weighted, Faced):
    """A dense layer with binary weights (``kernels/include/sbnn/dense.h``)."""

    units: int = option(1, INT32_MAX, "outputs")
    planes: int = option(1, INT32_MAX, "planes of the input; 1 if it is numbers")
    positions: int = option(1, INT32_MAX - 31, "bits of a plane, or numbers")
    in_zero_point: int | None = option(-128, 127, "what stands for 0 in the input", when=INT8_INPUT)
