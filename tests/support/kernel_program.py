"""Programs that call the kernels themselves, for emulated cores: in tests and in
benchmarks."""

from __future__ import annotations

import pathlib

from sbnn_converter import emulation
from sbnn_converter.export import c_sources

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "native"
BENCHMARKS = ROOT / "benchmarks" / "mcu"


def kernel_sources() -> list[pathlib.Path]:
    return [c_sources.root() / path for path in c_sources.kernel_sources()]


INCLUDES = (c_sources.root() / "kernels" / "include", TESTS, TESTS / "reference")


def build(
    program: pathlib.Path,
    core: emulation.Core,
    out: pathlib.Path,
    defines=(),
    sources=(),
    includes=(),
) -> None:
    """Links ``program`` with kernels, references and test support for ``core``.

    Args:
      program: the source with ``main``.
      core: the core to compile for.
      out: the image to write.
      defines: macros.
      sources: more files to compile.
      includes: folders with their headers.
    """
    emulation.compile_program(
        core,
        [
            TESTS / "support.c",
            *sorted((TESTS / "reference").glob("*.c")),
            *kernel_sources(),
            *sources,
            program,
        ],
        out,
        includes=(*includes, *INCLUDES),
        defines=defines,
    )


def code_bytes(core: emulation.Core, folder: pathlib.Path) -> int:
    """Code and constants of all kernels together, at the flags of the figures."""
    objects = []
    for source in kernel_sources():
        objects.append(folder / (source.stem + ".o"))
        emulation.compile_object(core, source, objects[-1], includes=INCLUDES[:1])
    return emulation.image_size(core, *objects).flash
