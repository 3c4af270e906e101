"""Compiles exported folders against our own declarations of TensorFlow Lite Micro, and
runs them in the real interpreter."""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np

from objects import Objects
from sbnn_converter.runtimes.micro_wheel import micro_runtime
from sbnn_converter.runtimes.native_log import captured_stderr

HERE = Path(__file__).parent
HEADERS = HERE / "tflm_headers"
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Werror"]
# As the makefile of TensorFlow Lite Micro and the wheel are built.
STATIC_MEMORY = "-DTF_LITE_STATIC_MEMORY"
CORTEX_M = ["-mthumb", "-Os", "-ffunction-sections"]


def has_tools(*names: str) -> bool:
    return all(shutil.which(name) for name in names)


def includes(folder: Path) -> list[str]:
    """The flags that let a program include what an export into ``folder`` offers."""
    return [f"-I{path}" for path in sorted(folder.glob("*/src"))]


def compile_folder(
    folder: Path, objects: Objects, prefix: str = "", flags=(), main: bool = True
) -> list[Path]:
    """Compiles every source of ``folder``; returns the object files.

    Args:
      objects: where object files are kept.
      prefix: of the compilers' names, such as ``arm-none-eabi-``.
      main: whether to compile the example program, too.
    """
    jobs = {
        "gcc": sorted(folder.glob("*/src/**/*.c")),
        "g++": sorted(folder.glob("*/src/**/*.cpp")),
    }
    if main:
        jobs["g++"] += folder.glob("*/main.cpp")
    standards = {
        "gcc": ["-std=c99"],
        "g++": ["-std=c++17", "-fno-rtti", "-fno-exceptions", f"-I{HEADERS}"],
    }
    compiled = []
    for compiler, sources in jobs.items():
        command = [prefix + compiler, *standards[compiler], *WARNINGS, "-ffp-contract=off"]
        command += [*includes(folder), *flags]
        compiled += objects.compile(command, sources)
    return compiled


class ExportedInterpreter:
    """The exported folder's own sources and model in TensorFlow Lite Micro's wheel."""

    def __init__(
        self,
        folder: Path,
        name: str,
        out: Path,
        objects: Objects,
        model: bytes | None = None,
        *,
        flags: tuple[str, ...] = ("-O1", STATIC_MEMORY),
    ):
        flags = ["-fPIC", "-fvisibility=hidden", *flags]
        compiled = compile_folder(folder, objects, flags=flags, main=False)
        library = out / f"lib{name}.so"
        subprocess.run(
            [
                "g++",
                "-std=c++17",
                *flags,
                "-shared",
                f"-DMODEL={name}",
                f'-DMODEL_HEADER="{name}.h"',
                "-I",
                HEADERS,
                *includes(folder),
                HERE / "in_the_wheel.cpp",
                *compiled,
                "-o",
                library,
            ],
            check=True,
        )
        loaded = ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
        size = ctypes.c_uint.in_dll(loaded, f"{name}_model_bytes").value
        arena = ctypes.c_uint.in_dll(loaded, f"{name}_arena_bytes").value
        pointer = getattr(loaded, f"{name}_model")
        pointer.restype = ctypes.c_void_p
        self.model = ctypes.string_at(pointer(), size)
        with captured_stderr() as log, contextlib.redirect_stdout(None):
            try:
                self._interpreter = micro_runtime().Interpreter.from_bytes(
                    model or self.model,
                    custom_op_registerers=[f"{name}_register"],
                    arena_size=arena,
                )
            except RuntimeError as error:
                raise RuntimeError(log.reason(error)) from None

    def predict(self, x: np.ndarray) -> np.ndarray:
        outputs = []
        for sample in x:
            self._interpreter.set_input(sample[None], 0)
            self._interpreter.invoke()
            outputs.append(self._interpreter.get_output(0))
        return np.concatenate(outputs)
