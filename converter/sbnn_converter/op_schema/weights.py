"""The options of a binary kernel's weight code and its domain."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.option import INT32_MAX, MAY_MISS, Op, option


@dataclasses.dataclass(frozen=True, kw_only=True)
class Weighted(Op):
    """An op with binary weights (``runtime/ops/weights.h``)."""

    connections: int = option(0, INT32_MAX, "ones of the kernel")
    code: int = option(0, 4, "weight code", since=2, known=3)
    code_parameter: int = option(0, 255, "parameter of the code")
    alpha_steps: int = option(-4096, 4096, "weight of what is no connection")
    domain_shift: int = option(0, 8, "a step is 2^-domain_shift")
    has_signs: int | None = option(
        0, 1, "1: weights are -1, 0 and +1", when=MAY_MISS, missing=0, since=2
    )
    most_connections: int | None = option(
        0, INT32_MAX, "connections of the output channel with the most of them", when=MAY_MISS
    )
