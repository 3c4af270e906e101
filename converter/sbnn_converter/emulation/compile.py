"""Compiles C programs for an emulated core."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from sbnn_converter.emulation.cores import Core

BOARD = Path(__file__).resolve().parent / "board"
# The flags of all published figures.
FLAGS = ("-Os", "-std=c99", "-ffp-contract=off")
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")

_Paths = Iterable[str | os.PathLike]


class CompilationError(RuntimeError):
    """The compiler or the linker refused a program."""


@dataclasses.dataclass(frozen=True)
class Size:
    """Bytes of a program.

    Attributes:
      flash: code, constants and initial values of variables.
      ram: variables, without the stack.
    """

    flash: int
    ram: int


def _compiler(core: Core, includes: _Paths, defines: Iterable[str], flags: _Paths):
    own = []
    if core.compiler.startswith("riscv"):
        # Debian's compiler comes without a C library: memcpy, memset and memcmp,
        # all that compilers expect of a machine without one, stand in startup_riscv.c.
        own = ["-ffreestanding", f"-I{BOARD / 'freestanding'}"]
    return [
        core.compiler + "gcc",
        *core.flags,
        *flags,
        *own,
        "-ffunction-sections",
        "-fdata-sections",
        "-DSBNN_QEMU",
        f"-DSBNN_BENCH_INSTRUCTIONS={core.instructions_per_tick.numerator}",
        f"-DSBNN_BENCH_TICKS={core.instructions_per_tick.denominator}",
        *(f"-D{define}" for define in defines),
        f"-I{BOARD}",
        *(f"-I{folder}" for folder in includes),
    ]


def _run(command: Sequence) -> str:
    done = subprocess.run([str(c) for c in command], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise CompilationError(f"{command[0]} failed:\n{done.stderr.strip()}")
    return done.stdout


def compile_object(
    core: Core,
    source: str | os.PathLike,
    out: str | os.PathLike,
    *,
    includes: _Paths = (),
    defines: Iterable[str] = (),
    flags: Sequence[str] = FLAGS + WARNINGS,
) -> None:
    """Compiles ``source`` into the object file ``out``.

    Args:
      core: the core to compile for.
      source: C source.
      out: object file to write.
      includes: folders with headers, beside the board's own.
      defines: macros, as ``NAME`` or ``NAME=value``.
      flags: optimization and warnings.

    Raises:
      CompilationError: the compiler refuses it; the message holds its words.
    """
    _run([*_compiler(core, includes, defines, flags), "-c", source, "-o", out])


def compile_program(
    core: Core,
    sources: _Paths,
    out: str | os.PathLike,
    *,
    includes: _Paths = (),
    defines: Iterable[str] = (),
    flags: Sequence[str] = FLAGS + WARNINGS,
    code_bytes: int | None = None,
    ram_bytes: int | None = None,
) -> None:
    """Compiles ``sources`` (C sources or objects) and links them into an image.

    The board's startup code is added, what nobody calls is left out.

    Args:
      core: the core to compile for.
      sources: C sources and objects, one of them with ``main``.
      out: ELF file to write.
      includes: folders with headers, beside the board's own.
      defines: macros, as ``NAME`` or ``NAME=value``.
      flags: optimization and warnings.
      code_bytes: flash that the image may take; default: what the board has.
      ram_bytes: RAM of the device, stack included; default: what the board has.

    Raises:
      CompilationError: compiler or linker refuse it, or it does not fit.
    """
    symbols = {
        "SBNN_CODE_BASE": core.code_base,
        "SBNN_CODE_SIZE": code_bytes or core.code_bytes,
        "SBNN_RAM_BASE": core.ram_base,
        "SBNN_RAM_SIZE": ram_bytes or core.ram_bytes,
    }
    libraries = ["-nostdlib"] if core.compiler.startswith("riscv") else ["-nostartfiles"]
    _run(
        [
            *_compiler(core, includes, defines, flags),
            *core.link_flags,
            *libraries,
            "-Wl,--gc-sections",
            "-T",
            BOARD / "flash_and_ram.ld",
            *(f"-Wl,--defsym={name}={value:#x}" for name, value in symbols.items()),
            BOARD / "startup.c",
            BOARD / core.startup,
            *sources,
            "-o",
            out,
            "-lgcc",
        ]
    )


def section_bytes(core: Core, file: str | os.PathLike, prefix: str) -> int:
    """The bytes of all sections of ``file`` whose names begin with ``prefix``."""
    lines = (line.split() for line in _run([core.compiler + "size", "-A", file]).splitlines())
    return sum(int(p[1]) for p in lines if len(p) == 3 and p[0].startswith(prefix))


def image_size(core: Core, *files: str | os.PathLike) -> Size:
    """The bytes that an image, or several objects together, take."""
    lines = _run([core.compiler + "size", *files]).splitlines()[1:]
    text, data, bss = (sum(int(line.split()[i]) for line in lines) for i in range(3))
    return Size(flash=text + data, ram=data + bss)
