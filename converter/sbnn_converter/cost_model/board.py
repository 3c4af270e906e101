"""Whether a network fits a board, and what to do if it does not."""

from __future__ import annotations

import dataclasses
import math

from sbnn_converter.cost_model.network import NetworkCost, Way

KB = 1024


@dataclasses.dataclass(frozen=True)
class Board:
    """What a microcontroller has for the network.

    Attributes:
      flash_kb, ram_kb: kilobytes of 1,024 bytes; None if it is not known.
      mhz: million cycles a second, likewise.
      wait_states: cycles that a word of flash takes longer than one.
    """

    flash_kb: float | None = None
    ram_kb: float | None = None
    mhz: float | None = None
    wait_states: int = 0

    @property
    def known(self) -> bool:
        """Whether there is memory to check."""
        return self.flash_kb is not None or self.ram_kb is not None

    def lacks(self, way: Way) -> list[str]:
        """What a way to run a network takes beyond the board, in words."""
        needs = (("flash", way.flash_bytes, self.flash_kb), ("RAM", way.ram_bytes, self.ram_kb))
        return [
            f"{math.ceil(10 * needed / KB) / 10} KB of {what}, the board has {kilobytes:g} KB"
            for what, needed, kilobytes in needs
            if kilobytes is not None and needed > kilobytes * KB
        ]


class DoesNotFit(ValueError):
    """The network is too large for the board."""


def check_fit(cost: NetworkCost, board: Board, smaller: str | None) -> None:
    """Checks that there is a way to run the network on a board.

    Args:
      cost: the network.
      board: the board.
      smaller: what makes the network smaller without another one, for the advice; None if
        nothing does.

    Raises:
      DoesNotFit: there is none; the message tells what each way lacks and what
        helps.
    """
    lacking = {way.name: board.lacks(way) for way in cost.ways}
    if not all(lacking.values()):
        return
    ways = "; ".join(f"{name} needs {', '.join(what)}" for name, what in lacking.items())
    advice = [] if smaller is None else [smaller]
    if "flash" in ways:
        advice.append("fewer connections or layers")
    if "RAM" in ways:
        advice.append(_less_memory(cost))
    raise DoesNotFit(
        f"the network does not fit, by the estimate for {cost.core}: {ways}; nothing "
        f"was written: try {', '.join(advice)}"
    )


def _less_memory(cost: NetworkCost) -> str:
    """What takes most of the RAM, and what helps."""
    least = min(cost.ways, key=lambda way: way.ram_bytes)
    peak = max(cost.steps, key=lambda step: step.ram_bytes)
    if 2 * peak.ram_bytes >= least.ram_bytes:
        return (
            f"smaller images or fewer channels around '{peak.name}', where "
            f"{peak.ram_bytes:,} bytes are needed at once"
        )
    parts = " and ".join(f"{count:,} bytes of {name}" for name, count in least.ram.items())
    return f"a board with more RAM: any network takes most of what this one does ({parts})"
