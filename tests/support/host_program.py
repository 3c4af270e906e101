"""C programs around the kernels on this machine, watched by sanitizers."""

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from objects import Objects

ROOT = Path(__file__).resolve().parents[2]
KERNELS = ROOT / "converter" / "kernels"
RUNTIME = ROOT / "converter" / "runtime"
NATIVE = ROOT / "tests" / "native"

STRICT = ["-std=c99", "-ffp-contract=off", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
COMPILER = [
    "gcc",
    *STRICT,
    f"-I{KERNELS / 'include'}",
    f"-I{RUNTIME}",
    f"-I{NATIVE}",
    f"-I{NATIVE / 'reference'}",
]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover"]
REFERENCES = [NATIVE / "support.c", *sorted((NATIVE / "reference").glob("*.c"))]


def build(
    objects: Objects,
    out: Path,
    watched: Iterable[Path],
    unwatched: Iterable[Path] = REFERENCES,
    flags: Sequence[str] = (),
) -> None:
    """Links a program.

    Args:
      objects: where object files are kept.
      out: the program.
      watched: sources whose every access to memory and every operation is checked.
      unwatched: the other sources. References are slow when they are watched.
      flags: of the compiler, for all of them.
    """
    parts = objects.compile([*COMPILER, *flags, "-g1", "-O1", *SANITIZERS], watched)
    parts += objects.compile([*COMPILER, *flags, "-O2"], unwatched)
    subprocess.run(["gcc", *flags, *SANITIZERS, *parts, "-pthread", "-o", out], check=True)


# From narrow to wide, and what the kernel calls the instructions.
_LEVELS = {"baseline": None, "avx2": "avx2", "avx512": "avx512bw"}


def host_sources() -> tuple[list[Path], list[Path]]:
    """Kernels and runtime of a host: those to watch, and those that take too long for that.

    With sanitizers, a level takes longest of all to compile: the one with the widest vectors
    that this processor has is watched.
    """
    flags = set(Path("/proc/cpuinfo").read_text().split())
    widest = [name for name, flag in _LEVELS.items() if flag is None or flag in flags][-1]
    levels = [KERNELS / "host" / f"level_{name}.c" for name in _LEVELS if name != widest]
    folders = [KERNELS / "src", KERNELS / "host", RUNTIME / "host", RUNTIME / "ops"]
    found = [source for folder in folders for source in sorted(folder.glob("*.c"))]
    return [source for source in found if source not in levels], levels
