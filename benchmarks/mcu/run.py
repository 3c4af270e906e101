"""Instruction counts of the kernels on emulated Cortex-M cores.

    python benchmarks/mcu/run.py [--core cortex-m4] [--json build/mcu.json] [--check]

prints a table; ``--check`` compares each result with the reference kernels too.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import tempfile

import qemu

PROGRAMS = ("bench_conv.c", "bench_dense.c")


def measure(core: str, check: bool) -> dict[str, int]:
    """All figures of one core, by name."""
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for program in PROGRAMS:
            image = folder / "bench.elf"
            defines = ("SBNN_BENCH_CHECK",) if check else ()
            qemu.build(qemu.HERE / program, core, image, defines)
            status, numbers, text = qemu.run(image, core)
            if status != 0:
                raise RuntimeError(f"{program} on {core} failed:\n{text}")
            figures.update(numbers)
        figures["code_bytes"] = qemu.code_bytes(core, folder)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--core", action="append", choices=sorted(qemu.CORES))
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    missing = qemu.missing_tools()
    if missing:
        print(
            f"not found: {', '.join(missing)}. Install gcc-arm-none-eabi, "
            "libnewlib-arm-none-eabi and qemu-system-arm.",
            file=sys.stderr,
        )
        return 1
    results = {core: measure(core, args.check) for core in args.core or ["cortex-m4"]}
    names = list(next(iter(results.values())))
    print(f"{'':44}" + "".join(f"{core:>14}" for core in results))
    for name in names:
        print(f"{name:44}" + "".join(f"{r[name]:14,}" for r in results.values()))
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        first = next(iter(results))
        mcu = {k: v for k, v in results[first].items() if k.startswith("mcu.")}
        args.json.write_text(json.dumps({**mcu, "mcu.by_core": results}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
