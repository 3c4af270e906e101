"""SbnnAdd."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.faces import MAX_PLANES, Faced
from sbnn_converter.op_schema.option import INT32_MAX, option


@dataclasses.dataclass(frozen=True, kw_only=True)
class Add(Faced):
    """The sum of two streams (``kernels/include/sbnn/add.h``)."""

    channels: int = option(1, INT32_MAX, "channels; 1 if they are vectors")
    other_planes: int = option(1, MAX_PLANES, "planes of a channel of the second input")
