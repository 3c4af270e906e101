"""Code that each kernel links to on a core, by object file."""

from __future__ import annotations

import pathlib
import subprocess
import tempfile

import kernel_program
from sbnn_converter import c_sources, emulation

# What stands for a kernel in a program; names as in the cost model.
ENTRIES = {
    "conv2d bits": ("sbnn_conv2d_bits", "sbnn_conv2d_bits_scratch_bytes"),
    "conv2d int8": ("sbnn_conv2d_int8", "sbnn_conv2d_int8_scratch_bytes"),
    "conv2d float": ("sbnn_conv2d_float", "sbnn_conv2d_float_scratch_bytes"),
    "dense bits": ("sbnn_dense_streamed", "sbnn_dense_streamed_scratch_bytes"),
    "dense sliced": ("sbnn_dense_sliced", "sbnn_dense_sliced_scratch_bytes"),
    "dense int8": ("sbnn_dense_int8", "sbnn_dense_int8_scratch_bytes"),
    "dense float": ("sbnn_dense_float", "sbnn_dense_float_scratch_bytes"),
    "max_pool2d": ("sbnn_max_pool2d_bits",),
    "quantize int8": ("sbnn_quantize_int8",),
    "quantize float": ("sbnn_quantize",),
    "dequantize": ("sbnn_dequantize", "sbnn_dequantize_int8"),
}


def code_sizes(core: emulation.Core) -> dict:
    """Bytes of code and constants at the flags of all published figures.

    Returns:
      ``op_bytes``: what a runtime keeps of an op; ``objects``: bytes by object file; ``kernels``: the object files that each
      kernel links to; ``ops``: bytes of the checks that only a runtime which reads
      files needs.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        objects = {}
        for source in kernel_program.kernel_sources():
            objects[source.stem] = _compile(core, source, folder)
        ops = [_compile(core, source, folder)
               for source in sorted((c_sources.root() / "runtime" / "ops").glob("*.c"))]  # fmt: skip
        sizes = {n: emulation.image_size(core, path).flash for n, path in objects.items()}
        defined = {n: _symbols(core, path, "--defined-only") for n, path in objects.items()}
        wanted = {n: _symbols(core, path, "--undefined-only") for n, path in objects.items()}
        home = {symbol: n for n, symbols in defined.items() for symbol in symbols}
        source = folder / "op_bytes.c"
        source.write_text('#include "ops/op.h"\nchar sbnn_bytes[sizeof(sbnn_op)];\n')
        op_bytes = emulation.image_size(core, _compile(core, source, folder)).ram
        return {
            "op_bytes": op_bytes,
            "objects": sizes,
            "kernels": {k: _closure(e, home, wanted) for k, e in ENTRIES.items()},
            "ops": emulation.image_size(core, *ops).flash,
        }


def _compile(core: emulation.Core, source: pathlib.Path, folder: pathlib.Path):
    out = folder / f"{source.parent.name}_{source.stem}.o"
    root = c_sources.root()
    includes = [root / "kernels" / "include", root / "runtime"]
    emulation.compile_object(core, source, out, includes=includes)
    return out


def _symbols(core: emulation.Core, path: pathlib.Path, which: str) -> set[str]:
    command = [core.compiler + "nm", "--extern-only", which, str(path)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in lines.splitlines()}


def _closure(entries, home: dict[str, str], wanted: dict[str, set[str]]) -> list[str]:
    """The object files that hold ``entries`` and all that these need."""
    found: list[str] = []
    pending = [home[entry] for entry in entries if entry in home]
    while pending:
        name = pending.pop()
        if name not in found:
            found.append(name)
            pending += [home[symbol] for symbol in wanted[name] if symbol in home]
    return sorted(found)
