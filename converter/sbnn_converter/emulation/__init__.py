"""Programs for microcontrollers, compiled here and run in QEMU.

    core = emulation.CORES["cortex-m4"]
    emulation.require_tools(core)
    emulation.compile_program(core, ["main.c"], "main.elf")
    emulation.run(core, "main.elf").numbers["instructions"]

What a program finds there (output, exit, a count of instructions) is in
``board/startup.h``.
"""

from sbnn_converter.emulation.compile import (
    FLAGS,
    WARNINGS,
    CompilationError,
    Size,
    compile_object,
    compile_program,
    image_size,
    section_bytes,
)
from sbnn_converter.emulation.cores import CORES, Core
from sbnn_converter.emulation.run import Run, run
from sbnn_converter.emulation.tools import MissingTools, missing_tools, require_tools

__all__ = [
    "CORES",
    "FLAGS",
    "WARNINGS",
    "CompilationError",
    "Core",
    "MissingTools",
    "Run",
    "Size",
    "compile_object",
    "compile_program",
    "image_size",
    "missing_tools",
    "require_tools",
    "run",
    "section_bytes",
]
