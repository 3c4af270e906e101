"""What a program executes in QEMU, instruction by instruction.

QEMU prints each block of straight code when it translates it, and its address whenever it
runs: that is a count for each block, and for each step from one block to the next.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import re
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Container, Iterator
from pathlib import Path

from sbnn_converter import emulation

_INSTRUCTION = re.compile(r"0x([0-9a-f]+):\s+((?:[0-9a-f]{4}\s?){1,2})\s+(\S+)\s*(.*)")


@dataclasses.dataclass(frozen=True)
class Instruction:
    """One instruction.

    Attributes:
      address: where it lies.
      bytes: its length.
      mnemonic: without ``.w`` and the like, with its condition.
      operands: as the disassembler writes them.
    """

    address: int
    bytes: int
    mnemonic: str
    operands: str


@dataclasses.dataclass(frozen=True)
class Block:
    """Instructions that run one after another."""

    instructions: tuple[Instruction, ...]

    def __hash__(self) -> int:
        # Of the address alone: a trace counts by blocks, hundreds of thousands of times.
        return hash(self.address)

    @functools.cached_property
    def address(self) -> int:
        return self.instructions[0].address

    @property
    def end(self) -> int:
        last = self.instructions[-1]
        return last.address + last.bytes


# How often a block ran, and another one behind it.
Steps = Counter[tuple[Block, Block]]


def symbols(core: emulation.Core, image: Path) -> dict[str, range]:
    """Where the functions of an image lie."""
    command = [core.compiler + "nm", "--print-size", image]
    found = {}
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in listed.splitlines():
        parts = line.split()
        if len(parts) == 4 and parts[2] in "tTwW":
            start = int(parts[0], 16) & ~1
            found[parts[3]] = range(start, start + int(parts[1], 16))
    return found


def trace(
    core: emulation.Core,
    image: Path,
    begins: Container[str],
    ends: Container[str],
    leave_out: Container[str] = (),
) -> list[Steps]:
    """Runs an image and counts, in parts.

    Args:
      core: the core it was compiled for.
      image: ELF file.
      begins: functions whose calls begin a part, and end the one before.
      ends: functions whose calls end a part.
      leave_out: functions that do not count.

    Returns:
      Steps by part, in the order in which they ran.
    """
    places: dict[str, set[int]] = {"begins": set(), "ends": set(), "left out": set()}
    for name, at in symbols(core, image).items():
        if name in begins:
            places["begins"].add(at.start)
        if name in ends:
            places["ends"].add(at.start)
        if name in leave_out:
            places["left out"].update(at)
    parts: list[Steps] = []
    is_open, before = False, None
    for block in _blocks(core, image):
        if block.address in places["begins"]:
            parts.append(Counter())
            is_open, before = True, None
        elif block.address in places["ends"]:
            is_open = False
        if not is_open or block.address in places["left out"]:
            continue
        if before is not None:
            parts[-1][before, block] += 1
        before = block
    return parts


def _blocks(core: emulation.Core, image: Path) -> Iterator[Block]:
    """The blocks in the order in which they run."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder) / "log"
        os.mkfifo(pipe)
        command = [core.emulator, "-M", core.machine, "-nographic", "-semihosting"]
        command += ["-d", "in_asm,exec,nochain", "-D", str(pipe), "-kernel", str(image)]
        done = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        said: list[bytes] = []
        drain = threading.Thread(target=lambda: said.extend(done.stderr))
        drain.start()
        try:
            with open(pipe) as log:
                yield from _read(log)
        finally:
            done.kill()
            done.wait()
            drain.join()


def _read(log) -> Iterator[Block]:
    blocks: dict[str, Block] = {}
    fresh: list[Instruction] = []
    for line in log:
        if line.startswith("Trace"):
            block = blocks.get(line)
            if block is None or fresh:
                if not fresh:
                    raise RuntimeError(f"QEMU ran a block that it did not show: {line.strip()}")
                block = blocks[line] = Block(tuple(fresh))
                fresh = []
            yield block
        elif line.startswith("0x"):
            found = _INSTRUCTION.match(line)
            if not found:
                raise RuntimeError(f"found no instruction in '{line.strip()}'")
            address, code, mnemonic, operands = found.groups()
            length = len(code.replace(" ", "")) // 2
            fresh.append(
                Instruction(int(address, 16), length, mnemonic.split(".")[0], operands.strip())
            )
        elif line.startswith("IN:"):
            fresh = []
