"""C programs around the kernels on this machine, watched by sanitizers."""

import subprocess
from collections.abc import Iterable
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


def build(objects: Objects, out: Path, watched: Iterable[Path], unwatched=REFERENCES) -> None:
    """Links a program.

    Args:
      objects: where object files are kept.
      out: the program.
      watched: sources whose every access to memory and every operation is checked.
      unwatched: the other sources. References are slow when they are watched.
    """
    parts = objects.compile([*COMPILER, "-g1", "-O1", *SANITIZERS], watched)
    parts += objects.compile([*COMPILER, "-O2"], unwatched)
    subprocess.run(["gcc", *SANITIZERS, *parts, "-pthread", "-o", out], check=True)
