"""Instruction counts of the kernels on emulated Cortex-M cores.

    python benchmarks/mcu/run.py [--core cortex-m4] [--json build/mcu.json] [--check]

prints a table, of a Cortex-M4 and an M55 by default; ``--check`` compares each result with the
reference kernels too.
"""

from __future__ import annotations

import shared_with_tests  # isort: skip  # noqa: F401

import argparse
import json
import pathlib
import sys
import tempfile

import kernel_program
from sbnn_converter import emulation
from tools_at_hand import require_tools

VECTORS = "cortex-m55"
PROGRAMS = ("bench_conv.c", "bench_dense.c", "bench_layers.c")


def measure(core: emulation.Core, check: bool) -> dict[str, int]:
    """All figures of one core, by name."""
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for program in PROGRAMS:
            image = folder / "bench.elf"
            defines = ("SBNN_BENCH_CHECK",) if check else ()
            kernel_program.build(kernel_program.BENCHMARKS / program, core, image, defines)
            done = emulation.run(core, image)
            if done.status != 0:
                raise RuntimeError(f"{program} on {core.name} failed:\n{done.text}")
            figures.update(done.numbers)
        figures["code_bytes"] = kernel_program.code_bytes(core, folder)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", action="append", choices=sorted(emulation.CORES))
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    cores = [emulation.CORES[name] for name in args.core or ["cortex-m4", VECTORS]]
    require_tools(*cores)
    results = {core.name: measure(core, args.check) for core in cores}
    names = list(next(iter(results.values())))
    print(f"{'':44}" + "".join(f"{core:>14}" for core in results))
    for name in names:
        print(f"{name:44}" + "".join(f"{r[name]:14,}" for r in results.values()))
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        first = next(iter(results))
        mcu = {k: v for k, v in results[first].items() if k.startswith("mcu.")}
        m55 = {k.replace("mcu.", "m55."): v for k, v in results.get(VECTORS, {}).items()}
        m55 = {k: v for k, v in m55.items() if k.startswith("m55.")}
        args.json.write_text(json.dumps({**mcu, **m55, "mcu.by_core": results}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
