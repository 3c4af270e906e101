"""How much scratch memory each convolution may take, weighed over the whole network.

A convolution copies its input a band at a time. Small bands need little memory and
go over the weights more often. What counts is the network's peak: the op at which
tensors and scratch memory together are largest. Below it memory is there anyway.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from sbnn_converter.cost_model.estimate import estimate_op
from sbnn_converter.memory.lifetimes import aligned
from sbnn_converter.native.plan import plan_op
from sbnn_converter.tensors.face import INT8
from sbnn_converter.tflite.flatbuffer import StoredOp

_UNLIMITED = 2**31 - 1
_MOST_PARTS = 16  # an image is cut into so many bands at most


@dataclasses.dataclass(frozen=True)
class Band:
    """A limit for the copies of an op, and what follows from it.

    Attributes:
      bytes: the limit, option ``band_bytes``; None for an op without.
      scratch_bytes: memory that the op then takes beside its tensors.
      instructions: of one run.
    """

    bytes: int | None
    scratch_bytes: int
    instructions: int


def bands_of(op: StoredOp, core: str) -> list[Band]:
    """Limits for ``op``, the fastest first; of equally fast ones, that of least memory."""
    whole = _whole_bytes(op)
    if whole is None:
        cost = estimate_op(op, core)
        return [Band(None, cost.scratch_bytes, cost.instructions)]
    bands = []
    for limit in sorted({-(-whole * n // _MOST_PARTS) for n in range(1, _MOST_PARTS + 1)}):
        cost = estimate_op(op, core, band_bytes=max(1, limit))
        bands.append(Band(max(1, limit), cost.scratch_bytes, cost.instructions))
    return sorted(bands, key=lambda band: (band.instructions, band.scratch_bytes, band.bytes))


def _whole_bytes(op: StoredOp) -> int | None:
    """What the copies take if the op goes over its weights once."""
    o = op.options
    if op.name != "SbnnConv2D" or not (op.reads.is_planes or op.reads == INT8):
        return None
    channels = o["in_channels"] // o["groups"]
    plan = plan_op(op, band_bytes=_UNLIMITED)
    if op.reads == INT8:
        opposites = 2 if o.get("has_signs", 0) else 1
        return 4 * opposites * channels * plan.rows // plan.passes * plan.row_words
    return 4 * plan.copy_words // o["in_channels"] * channels


def choose_bands(
    bands: Sequence[list[Band]],
    live: Sequence[int],
    *,
    slower: float = math.inf,
    peak: int | None = None,
) -> list[Band]:
    """A band of each op such that the peak is small.

    Below the peak every op gets as much as there is: a core that copies more than the one
    that instructions are counted for goes over its weights less often.

    Args:
      bands: of each op, from the fastest on.
      live: bytes of tensors alive while each runs.
      slower: how many times as many instructions as the fastest choice takes are
        good for a smaller peak.
      peak: bytes that are there; take the fastest choice within them if any is,
        else the smallest.
    """
    at = [[base + aligned(band.scratch_bytes) for band in op] for op, base in zip(bands, live)]

    def fastest_within(limit: float) -> list[Band] | None:
        chosen = []
        for op, peaks in zip(bands, at):
            fitting = [band for band, total in zip(op, peaks) if total <= limit]
            if not fitting:
                return None
            chosen.append(fitting[0])
        return chosen

    longest = slower * sum(op[0].instructions for op in bands)
    found = None
    for limit in sorted({total for peaks in at for total in peaks}):
        if peak is not None and found is not None and limit > peak:
            break
        choice = fastest_within(limit)
        if choice is None:
            continue
        found = choice
        if peak is None and sum(band.instructions for band in choice) <= longest:
            break
    if found is None:
        return []
    most = max(base + aligned(band.scratch_bytes) for band, base in zip(found, live))
    return [_roomiest(op, band, most - base) for op, band, base in zip(bands, found, live)]


def _roomiest(bands: list[Band], chosen: Band, room: int) -> Band:
    """The largest limit that takes no longer than the chosen one, and no more than ``room``."""
    return max(
        (
            band
            for band in bands
            if band.instructions <= chosen.instructions and aligned(band.scratch_bytes) <= room
        ),
        key=lambda band: band.bytes or 0,
    )
