"""Bytes of code that networks link to on a core, by source file."""

from __future__ import annotations

import pathlib
import re
import subprocess
import tempfile

from sbnn_converter import emulation
from sbnn_converter.export import c_sources
from sbnn_converter.op_schema import OPS


def code_sizes(core: emulation.Core) -> dict:
    """Code and constants of every C file at the flags of all published figures.

    Returns:
      ``sources``: bytes by path below the C sources; ``ops``: the files that each op
      of a flatbuffer links to; ``op_bytes``: what an interpreter keeps of an op.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        listed = [
            *c_sources.kernel_sources(),
            *c_sources.runtime_files("ops"),
            *c_sources.runtime_files("c"),
        ]
        objects = {
            path: _compile(core, c_sources.root() / path, folder)
            for path in listed
            if path.endswith(".c")
        }
        source = folder / "op_bytes.c"
        # The interpreter aligns what it places to 16 bytes.
        source.write_text(
            '#include "micro/micro_op.h"\n'
            "char sbnn_bytes[(sizeof(sbnn_micro_op) + 15) / 16 * 16];\n"
        )
        return {
            "sources": {p: emulation.image_size(core, o).flash for p, o in objects.items()},
            "ops": _linked(core, objects),
            "op_bytes": emulation.image_size(core, _compile(core, source, folder)).ram,
        }


def _compile(core: emulation.Core, source: pathlib.Path, folder: pathlib.Path):
    out = folder / f"{source.parent.name}_{source.stem}.o"
    root = c_sources.root()
    includes = [root / "kernels" / "include", root / "runtime"]
    emulation.compile_object(core, source, out, includes=includes)
    return out


def _linked(core: emulation.Core, objects: dict[str, pathlib.Path]) -> dict[str, list[str]]:
    defined = {p: _symbols(core, o, "--defined-only") for p, o in objects.items()}
    wanted = {p: _symbols(core, o, "--undefined-only") for p, o in objects.items()}
    home = {symbol: path for path, symbols in defined.items() for symbol in symbols}
    return {op: _closure(_class_of(op), home, wanted) for op in OPS}


def _class_of(op: str) -> str:
    """The symbol that an op in a file links to."""
    name = op.removeprefix("Sbnn")
    listed = re.search(rf"OP\({name}, (\w+)\)", c_sources.read("runtime/ops/op_list.h"))
    if listed is None:
        raise KeyError(f"{op} is not in runtime/ops/op_list.h")
    return f"sbnn_{listed[1]}_class"


def _symbols(core: emulation.Core, path: pathlib.Path, which: str) -> set[str]:
    command = [core.compiler + "nm", "--extern-only", which, str(path)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in lines.splitlines()}


def _closure(entry: str, home: dict[str, str], wanted: dict[str, set[str]]) -> list[str]:
    """The files that hold ``entry`` and all that it needs. The table of all ops, by
    which one is found by its name, is left out: linkers drop it where ops are
    registered one by one."""
    found: list[str] = []
    pending = [home[entry], home["sbnn_prepare_op"]]
    while pending:
        path = pending.pop()
        if path not in found:
            found.append(path)
            symbols = wanted[path] & home.keys()
            pending += [home[s] for s in symbols if not s.endswith("_class")]
    return sorted(found)
