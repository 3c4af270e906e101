"""How many planes the channels of an op's input and output have."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.option import MAY_MISS, Op, option

MAX_PLANES = 16


@dataclasses.dataclass(frozen=True, kw_only=True)
class Faced(Op):
    """An op that reads or writes planes (``runtime/ops/face.h``)."""

    in_planes: int | None = option(
        1,
        MAX_PLANES,
        "planes of a channel of the input; 1 if it is missing",
        when=MAY_MISS,
        missing=1,
        since=2,
    )
    out_planes: int | None = option(
        1,
        MAX_PLANES,
        "planes of a channel of the output; 1 if it is missing",
        when=MAY_MISS,
        missing=1,
        since=2,
    )
