"""How many cycles instructions take, by kind, on each core.

For Cortex-M0, M0+, M3 and M4 from the tables of cycles in Arm's Technical Reference Manuals
(section "Instruction timings" or "Instruction set summary"), with memory that answers at
once. Where these give a range, ``low`` and ``high`` are its ends: refilling the pipeline
behind a taken branch takes 1 to 3 cycles on an M3 or M4, a load that follows another one 1
or 2, a division 2 to 12, a multiplication on an M0 or M0+ 1 or 32, as the chip has it.

Arm publishes no such table for the M7, M33 and M55, which run some instructions in pairs.
There the cycles of the M4 are scaled by CoreMark per MHz, the figures of Arm's product
pages; the bounds are what the pipeline allows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

# What instructions are told apart by. "registers" counts those that multiple loads and
# stores transfer. A "taken branch" has its target in itself. A "jump" is what refilling the
# pipeline takes where the target comes from a register or from memory, beside the
# instruction.
KINDS = (
    "plain",
    "load",
    "load behind a load",
    "store",
    "multiple",
    "registers",
    "taken branch",
    "jump",
    "branch not taken",
    "multiply",
    "multiply and add",
    "long multiply",
    "divide",
    "float",
    "float multiply and add",
    "float divide",
)


@dataclasses.dataclass(frozen=True)
class Cycles:
    """A number of cycles that is known within bounds.

    Attributes:
      low, high: no fewer, no more.
      likely: the estimate.
    """

    low: float = 0.0
    likely: float = 0.0
    high: float = 0.0

    def __add__(self, other: Cycles) -> Cycles:
        return Cycles(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def __mul__(self, factor: float) -> Cycles:
        return Cycles(self.low * factor, self.likely * factor, self.high * factor)

    def milliseconds(self, mhz: float) -> Cycles:
        """The time that they take at a clock of ``mhz`` million cycles a second."""
        return self * (1e-3 / mhz)


_M4 = {
    "plain": Cycles(1, 1, 1),
    "load": Cycles(2, 2, 2),
    "load behind a load": Cycles(1, 1, 2),
    "store": Cycles(1, 1, 2),
    "multiple": Cycles(1, 1, 1),
    "registers": Cycles(1, 1, 1),
    "taken branch": Cycles(2, 2, 4),
    "jump": Cycles(1, 2, 3),
    "branch not taken": Cycles(1, 1, 1),
    "multiply": Cycles(1, 1, 1),
    "multiply and add": Cycles(2, 2, 2),
    "long multiply": Cycles(1, 1, 1),
    "divide": Cycles(2, 7, 12),
    "float": Cycles(1, 1, 2),
    "float multiply and add": Cycles(3, 3, 3),
    "float divide": Cycles(14, 14, 14),
}
_M3 = {**_M4, "long multiply": Cycles(3, 4, 5)}
_M0_PLUS = {
    **_M4,
    "load behind a load": Cycles(2, 2, 2),
    "store": Cycles(2, 2, 2),
    "taken branch": Cycles(2, 2, 3),
    "jump": Cycles(1, 1, 2),
    "multiply": Cycles(1, 1, 32),
}
_M0 = {**_M0_PLUS, "taken branch": Cycles(3, 3, 4), "jump": Cycles(2, 2, 3)}

_TABLES = {
    "cortex-m0": _M0,
    "cortex-m0plus": _M0_PLUS,
    "cortex-m3": _M3,
    "cortex-m4": _M4,
    "cortex-m4f": _M4,
}
# CoreMark per MHz beside the M4's 3.42, and the fewest cycles an instruction can take.
_SCALED = {
    "cortex-m33": (3.42 / 4.10, 0.6),
    "cortex-m55": (3.42 / 4.40, 0.5),
    "cortex-m7": (3.42 / 5.01, 0.5),
}
CORES = (*_TABLES, *_SCALED)
# Those whose counted instructions are known in cycles: an M55 runs vectors, and what an average
# instruction takes is that of code without. Its estimates are of such code.
COUNTED = tuple(core for core in CORES if core != "cortex-m55")


def cycles_an_instruction(mix: Mapping[str, float], core: str, wait_states: int = 0) -> Cycles:
    """Cycles of an average instruction.

    Args:
      mix: how often each of ``KINDS`` occurs in an instruction, and ``"bytes"``, its length.
      core: one of ``CORES``.
      wait_states: what a word of flash takes longer than a cycle. ``low`` is code that a
        cache or RAM holds; ``likely`` waits behind each taken branch, for prefetch has what
        follows ready; ``high`` waits for each four bytes of code as well.
    """
    taken = mix.get("taken branch", 0.0) + mix.get("jump", 0.0)
    waiting = Cycles(0.0, taken, taken + mix.get("bytes", 0.0) / 4) * wait_states
    if core in _TABLES:
        return _sum(mix, _TABLES[core]) + waiting
    factor, least = _SCALED[core]
    whole = _sum(mix, _M4)
    return Cycles(least, max(least, whole.likely * factor), whole.high) + waiting


def _sum(mix: Mapping[str, float], table: Mapping[str, Cycles]) -> Cycles:
    total = Cycles()
    for kind, cycles in table.items():
        total += cycles * mix.get(kind, 0.0)
    return total
