"""Runs images in QEMU.

With ``-icount shift=0`` an instruction takes a nanosecond of virtual time: counts
repeat exactly. They are instructions, not cycles.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess

from sbnn_converter.emulation.cores import Core


@dataclasses.dataclass(frozen=True)
class Run:
    """What a program did.

    Attributes:
      status: what its ``main`` returned; 3 after a fault.
      numbers: its lines of the form "name number".
      text: all of its output.
    """

    status: int
    numbers: dict[str, int]
    text: str


def run(core: Core, image: str | os.PathLike, timeout: float = 300.0) -> Run:
    """Runs ``image`` on the board of ``core`` until it exits.

    Args:
      core: the core that the image was compiled for.
      image: ELF file.
      timeout: seconds after which it is ended.

    Raises:
      RuntimeError: it did not exit in time.
    """
    bios = ["-bios", "none"] if "riscv" in core.emulator else []
    try:
        done = subprocess.run(
            [
                core.emulator,
                "-M",
                core.machine,
                *bios,
                "-nographic",
                "-semihosting",
                "-icount",
                "shift=0",
                "-kernel",
                str(image),
            ],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(
            f"{image} did not end within {timeout:g} s on an emulated {core.name}"
        ) from error
    text = done.stdout + done.stderr  # semihosting prints to stderr
    pairs = (line.split() for line in text.splitlines())
    numbers = {p[0]: int(p[1]) for p in pairs if len(p) == 2 and p[1].isdigit()}
    return Run(done.returncode, numbers, text)
