"""The options of an output stage."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.option import INTEGER_OUTPUT, MAY_MISS, Op, option


@dataclasses.dataclass(frozen=True, kw_only=True)
class Staged(Op):
    """An op with an output stage (``runtime/ops/stage.h``)."""

    output_shift: int | None = option(
        0, 31, "bits that products are shifted by", when=INTEGER_OUTPUT
    )
    stream: int | None = option(
        0, 1, "1: the planes that are written are a stream", when=MAY_MISS, missing=0, since=2
    )
