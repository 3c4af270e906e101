"""Whether a network fits a board, and what to do if it does not."""

from __future__ import annotations

import dataclasses

from sbnn_converter.cost_model.network import NetworkCost

KB = 1024


@dataclasses.dataclass(frozen=True)
class Board:
    """What a microcontroller has for the network.

    Attributes:
      flash_kb, ram_kb: kilobytes of 1,024 bytes; None if it is not known.
    """

    flash_kb: float | None = None
    ram_kb: float | None = None


@dataclasses.dataclass(frozen=True)
class Fit:
    """One way to run a network on a board.

    Attributes:
      way: ``"plain C"`` or ``"TensorFlow Lite Micro"``.
      flash_bytes, ram_bytes: what it takes.
      lacking: what does not fit, in words; empty if all does.
    """

    way: str
    flash_bytes: int
    ram_bytes: int
    lacking: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return not self.lacking


def fits(cost: NetworkCost, board: Board) -> list[Fit]:
    """Each way to run the network, with what it lacks on ``board``.

    Plain C runs networks of our own ops only: with others it is left out.
    """
    ways = [("TensorFlow Lite Micro", cost.micro_flash_bytes, cost.arena_bytes)]
    if not cost.unknown:
        ways.insert(0, ("plain C", cost.plain_c_flash_bytes, cost.ram_bytes))
    return [
        Fit(way, flash, ram, (*_lacking("flash", flash, board.flash_kb),
                              *_lacking("RAM", ram, board.ram_kb)))
        for way, flash, ram in ways
    ]  # fmt: skip


def _lacking(what: str, needed: int, kilobytes: float | None) -> tuple[str, ...]:
    if kilobytes is None or needed <= kilobytes * KB:
        return ()
    return (f"{needed / KB:.1f} KB of {what}, the board has {kilobytes:g} KB",)


def advice(found: list[Fit], optimize_for: str | None) -> str:
    """What makes a network smaller that does not fit, in one line."""
    lacking = " ".join(found[0].lacking)
    ways = [] if optimize_for == "size" else ["--optimize_for size"]
    if "flash" in lacking:
        ways.append("fewer connections or layers")
    if "RAM" in lacking:
        ways.append("smaller images, strides or fewer channels where the peak is")
    return ", ".join(ways)
