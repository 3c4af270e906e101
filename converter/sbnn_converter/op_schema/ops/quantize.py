"""SbnnQuantize."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.faces import Faced
from sbnn_converter.op_schema.option import INT32_MAX, PLANES_INPUT, option


@dataclasses.dataclass(frozen=True, kw_only=True)
class Quantize(Faced):
    """Numbers or planes to planes, through cuts (``kernels/include/sbnn/quantize.h``)."""

    positions: int | None = option(1, INT32_MAX - 31, "bits of a plane", when=PLANES_INPUT)
