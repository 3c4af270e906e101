"""The cores that can be emulated, and the boards that QEMU knows them on."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

_MPS2_RAM = 0x20000000


@dataclasses.dataclass(frozen=True)
class Core:
    """A core on a board.

    Attributes:
      name: as in ``CORES``.
      machine: QEMU's name of the board.
      emulator: QEMU's program.
      compiler: prefix of the cross compiler's programs.
      flags: the compiler's flags for the core.
      link_flags: what the linker is told instead of that.
      startup: file in ``board/`` with the code that runs before ``main``.
      instructions_per_tick: how many instructions the board's timer counts as one; a
        fraction where its clock does not divide a gigahertz.
      code_base: where code and constants lie.
      code_bytes: the most that they may take.
      ram_base: where variables and the stack lie.
      ram_bytes: how much of it there is.
    """

    name: str
    machine: str
    flags: tuple[str, ...]
    link_flags: tuple[str, ...] = ()
    emulator: str = "qemu-system-arm"
    compiler: str = "arm-none-eabi-"
    startup: str = "startup_arm.c"
    instructions_per_tick: int | Fraction = 40
    code_base: int = 0
    code_bytes: int = 0x400000
    ram_base: int = _MPS2_RAM
    ram_bytes: int = 0x400000


def _arm(name: str, machine: str, *flags: str, **more) -> Core:
    return Core(name, machine, ("-mthumb", *flags), **more)


def _riscv(name: str, architecture: str) -> Core:
    return Core(
        name,
        "virt",
        (f"-march={architecture}", "-mabi=ilp32", "-mcmodel=medany"),
        link_flags=("-march=rv32imac",),  # there is one libgcc for all
        emulator="qemu-system-riscv32",
        compiler="riscv64-unknown-elf-",
        startup="startup_riscv.c",
        instructions_per_tick=1,
        code_base=0x80000000,
        ram_base=0x80400000,
    )


# Cortex-M0 code runs on the an385's Cortex-M3, which executes all of its
# instructions; QEMU's only Cortex-M0 board has 16 KB of RAM. The cores named "f" and
# the M7 compute floats in hardware, the M55 has vectors (MVE, "Helium") as well. The an505
# starts in the secure state: its code and its RAM are addressed by their secure aliases. The
# an547 does, too, but what no one has set apart is secure there. RISC-V with
# instructions for bits and addresses (Zbb, Zba) is that of a Raspberry Pi Pico 2, for example; GCC
# 12 breaks down over its Zbs.
_ALL = (
    _arm("cortex-m0", "mps2-an385", "-mcpu=cortex-m0"),
    _arm("cortex-m3", "mps2-an385", "-mcpu=cortex-m3"),
    _arm("cortex-m4", "mps2-an386", "-mcpu=cortex-m4"),
    _arm("cortex-m4f", "mps2-an386", "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    _arm("cortex-m7", "mps2-an500", "-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"),
    _arm(
        "cortex-m33",
        "mps2-an505",
        "-mcpu=cortex-m33",
        "-mfloat-abi=soft",
        instructions_per_tick=50,
        code_base=0x10000000,
        ram_base=0x38000000,
    ),
    _arm(
        "cortex-m55",
        "mps3-an547",
        "-mcpu=cortex-m55",
        "-mfloat-abi=hard",
        instructions_per_tick=Fraction(125, 4),
        code_bytes=0x80000,
        ram_base=0x21000000,
    ),
    _riscv("rv32imac", "rv32imac"),
    _riscv("rv32imac_zbb", "rv32imac_zba_zbb"),
)

CORES = {core.name: core for core in _ALL}
