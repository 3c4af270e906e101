"""What a check of a limit says, and what checks measure with."""

from __future__ import annotations

import ctypes
import dataclasses
import gc
import resource
import sys
import time
from pathlib import Path

import numpy as np

KIB = 1024


@dataclasses.dataclass(frozen=True)
class Finding:
    """One line.

    Attributes:
      what: what was done.
      figures: what came out.
      is_ok: whether that is what was promised.
    """

    what: str
    figures: str
    is_ok: bool

    def __str__(self) -> str:
        return f"{self.what}: {self.figures}: {'ok' if self.is_ok else 'NOT OK'}"


def progress(text: str) -> None:
    """Says on standard error how far a long check is."""
    print(f"  {text}", file=sys.stderr, flush=True)


class Stopwatch:
    """Seconds since it was made, and since it was last asked."""

    def __init__(self):
        self._last = time.monotonic()

    def lap(self) -> float:
        now = time.monotonic()
        seconds, self._last = now - self._last, now
        return seconds


def resident_bytes() -> int:
    """Memory of this process that lies in RAM."""
    return int(_status("VmRSS")) * KIB


def peak_bytes() -> int:
    """The most that it ever was."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB


def _status(name: str) -> str:
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{name}:"))
    return line.split()[1]


class _Mallinfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def heap_bytes() -> int:
    """What all native code has asked for and not given back; 0 where nobody can tell."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        return 0
    libc.mallinfo2.restype = _Mallinfo
    told = libc.mallinfo2()
    return told.uordblks + told.hblkhd


@dataclasses.dataclass(frozen=True)
class Memory:
    """What a process holds: RAM, the heap of native code, Python's objects."""

    resident: int
    heap: int
    blocks: int

    @classmethod
    def now(cls) -> Memory:
        gc.collect()
        return cls(resident_bytes(), heap_bytes(), sys.getallocatedblocks())


def growth(memory: list[Memory], opened: int = 0) -> tuple[str, bool]:
    """How much was held in the end beyond the beginning, and whether that is nothing.

    A leak of a single byte in each of a million calls is a megabyte. What is allowed is less:
    counters of Python that grow a digit, pages that are touched for the first time.

    Args:
      memory: what was held at a tenth, two tenths, ... of the way.
      opened: interpreters that were opened on it. Bindings of runtimes keep some ten small
        objects of each: classes that they make, tuples of shapes that nobody counts down.
    """
    first, last = memory[0], memory[-1]
    resident, heap = last.resident - first.resident, last.heap - first.heap
    blocks = last.blocks - first.blocks
    words = f"resident {resident / KIB:+,.0f} KiB to {last.resident / KIB / KIB:,.1f} MiB, "
    words += f"heap {heap:+,} bytes, Python {blocks:+,} blocks"
    allowed = resident <= (512 + 4 * opened) * KIB
    allowed &= heap <= (16 + opened) * KIB and blocks <= 1000 + 20 * opened
    return words, allowed


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are the same to the last bit."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
