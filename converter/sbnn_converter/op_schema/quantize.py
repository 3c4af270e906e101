"""SbnnQuantize."""

from __future__ import annotations

import dataclasses

from sbnn_converter.op_schema.faces import Faced


@dataclasses.dataclass(frozen=True, kw_only=True)
class Quantize(Faced):
    """Numbers to bit planes; all that it needs are the cuts of its output stage."""
