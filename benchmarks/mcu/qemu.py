"""Compiles C programs for Cortex-M and runs them in QEMU.

Needs Debian's gcc-arm-none-eabi, libnewlib-arm-none-eabi and qemu-system-arm.
With ``-icount shift=0`` an instruction takes a nanosecond of virtual time: counts
repeat exactly. They are instructions, not cycles.
"""

from __future__ import annotations

import dataclasses
import glob
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KERNELS = ROOT / "converter" / "kernels"
TESTS = ROOT / "tests" / "native"
TOOLS = ("arm-none-eabi-gcc", "arm-none-eabi-size", "qemu-system-arm")
# The flags of all published figures.
FLAGS = ("-Os", "-std=c99", "-ffp-contract=off")
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")


@dataclasses.dataclass(frozen=True)
class Core:
    """A core and the board that QEMU emulates it on.

    Attributes:
      machine: QEMU's name of the board.
      flags: the compiler's flags for the core.
      tick: instructions in a tick of SysTick.
      code_base: where the code lies.
      ram_bytes: RAM from 0x20000000 on.
    """

    machine: str
    flags: tuple[str, ...]
    tick: int = 40
    code_base: int = 0
    ram_bytes: int = 0x400000


CORES = {
    "cortex-m0": Core("mps2-an385", ("-mcpu=cortex-m0",)),
    "cortex-m3": Core("mps2-an385", ("-mcpu=cortex-m3",)),
    "cortex-m4": Core("mps2-an386", ("-mcpu=cortex-m4",)),
    "cortex-m7": Core("mps2-an500", ("-mcpu=cortex-m7",)),
    # The an505 has less RAM at one place than the test programs take.
    "cortex-m33": Core("mps2-an386", ("-mcpu=cortex-m33+nodsp", "-mfloat-abi=soft")),
}


def missing_tools() -> list[str]:
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def kernel_sources() -> list[str]:
    return sorted(glob.glob(str(KERNELS / "src" / "*.c")))


def build(
    program: pathlib.Path, core: str, out: pathlib.Path, defines=(), sources=(), includes=()
) -> None:
    """Links ``program`` with kernels, references and test support for ``core``.

    Args:
      sources, includes: more files to compile, and folders with their headers.
    """
    c = CORES[core]
    symbols = {
        "SBNN_CODE_BASE": c.code_base,
        "SBNN_RAM_BASE": 0x20000000,
        "SBNN_RAM_SIZE": c.ram_bytes,
    }
    command = [
        "arm-none-eabi-gcc", "-mthumb", *c.flags, *FLAGS, *WARNINGS,
        "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections",
        "-DSBNN_QEMU", f"-DSBNN_BENCH_INSTRUCTIONS_PER_TICK={c.tick}",
        *(f"-D{define}" for define in defines),
        *(f"-I{folder}" for folder in (*includes, HERE, KERNELS / "include", TESTS, TESTS / "reference")),
        "-nostartfiles", "-T", str(HERE / "mps2.ld"),
        *(f"-Wl,--defsym={name}={value:#x}" for name, value in symbols.items()),
        str(HERE / "startup.c"), str(TESTS / "support.c"),
        *sorted(glob.glob(str(TESTS / "reference" / "*.c"))), *kernel_sources(), *map(str, sources),
        str(program), "-o", str(out), "-lgcc",
    ]  # fmt: skip
    subprocess.run(command, check=True)


def run(image: pathlib.Path, core: str, timeout: int = 300) -> tuple[int, dict[str, int], str]:
    """Runs ``image``; returns exit status, its "name number" lines and its output."""
    done = subprocess.run(
        ["qemu-system-arm", "-M", CORES[core].machine, "-nographic", "-semihosting",
         "-icount", "shift=0", "-kernel", str(image)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
    )  # fmt: skip
    text = done.stdout + done.stderr  # semihosting prints to stderr
    pairs = (line.split() for line in text.splitlines())
    numbers = {p[0]: int(p[1]) for p in pairs if len(p) == 2 and p[1].isdigit()}
    return done.returncode, numbers, text


def code_bytes(core: str, folder: pathlib.Path) -> int:
    """Code and constants of all kernels together, at the flags of the figures."""
    objects = []
    for source in kernel_sources():
        out = folder / (pathlib.Path(source).stem + ".o")
        subprocess.run(
            ["arm-none-eabi-gcc", "-mthumb", *CORES[core].flags, *FLAGS,
             "-I", str(KERNELS / "include"), "-c", source, "-o", str(out)],
            check=True,
        )  # fmt: skip
        objects.append(str(out))
    table = subprocess.run(
        ["arm-none-eabi-size", *objects], check=True, capture_output=True, text=True
    ).stdout
    return sum(int(line.split()[0]) for line in table.splitlines()[1:])
