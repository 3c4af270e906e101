"""Programs and libraries for 64-bit ARM under Linux, compiled and run on this machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import host_program
from objects import Objects

COMPILER = "aarch64-linux-gnu-gcc"
EMULATOR = "qemu-aarch64"
# Where the cross compiler's C library is, which programs are linked with.
SYSROOT = Path("/usr/aarch64-linux-gnu")
PACKAGES = "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"


def missing() -> str:
    """What is not installed, in words; empty if all is there."""
    lacking = [tool for tool in (COMPILER, EMULATOR) if shutil.which(tool) is None]
    if not lacking and not (SYSROOT / "include" / "stdio.h").exists():
        lacking = [f"{SYSROOT}/include"]
    return f"not installed: {', '.join(lacking)} ('apt-get install {PACKAGES}')" if lacking else ""


def build(objects: Objects, out: Path, sources: Iterable[Path], flags: Sequence[str] = ()) -> None:
    """Links a program of ``sources``; a warning is an error."""
    command = [COMPILER, *host_program.COMPILER[1:], "-O2", *flags]
    parts = objects.compile(command, sources)
    subprocess.run([COMPILER, *parts, "-pthread", "-ldl", "-o", out], check=True)


def run(*command) -> subprocess.CompletedProcess:
    """Runs a program; what it prints is bytes."""
    return subprocess.run([EMULATOR, "-L", SYSROOT, *command], capture_output=True)


def delegate_library(build_folder: Path, compiler: str = COMPILER) -> Path:
    """The delegate, built by its CMake project with a cross compiler."""
    source = host_program.RUNTIME / "tflite"
    settings = [
        "-DCMAKE_SYSTEM_NAME=Linux",
        "-DCMAKE_SYSTEM_PROCESSOR=aarch64",
        f"-DCMAKE_C_COMPILER={compiler}",
    ]
    configure = ["cmake", "-S", source, "-B", build_folder, *settings]
    for command in (configure, ["cmake", "--build", build_folder, "--parallel", "2"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return build_folder / "libsbnn_tflite.so"
