"""Traces which kinds of instructions each kernel runs.

    python benchmarks/mcu/fit_mixes.py [--core cortex-m4] [--kernel add] [--samples 3]

runs random ops of every kind, or of one, in QEMU and writes what an average instruction of
each kernel is to converter/sbnn_converter/cost_model/coefficients.json, for the estimate of
cycles.
"""

from __future__ import annotations

import shared_with_tests  # isort: skip  # noqa: F401

import argparse
import json
import pathlib
import sys
import tempfile
from collections import Counter

import kernel_program
from instruction_kinds import cortex_m4_cycles, count_kinds, mix
from instruction_trace import trace
from op_counts import RUNTIME, cases_header
from samples import Sampler
from sbnn_converter import emulation
from sbnn_converter.cost_model.estimate import estimate_instructions, plan_for
from sbnn_converter.cost_model.features import KERNELS
from sbnn_converter.cost_model.measured import FILE
from sbnn_converter.tflite.flatbuffer import StoredOp
from tools_at_hand import require_tools

_MOST = 1_500_000  # instructions of an op
# The code of all others is one of these.
CORES = ("cortex-m0", "cortex-m4", "cortex-m4f")


class Programs:
    """Programs that run ops, for one core; what they share is compiled once."""

    def __init__(self, core: emulation.Core, folder: pathlib.Path):
        self._core, self._folder, self._objects = core, folder, []
        shared = [
            kernel_program.TESTS / "support.c",
            *kernel_program.kernel_sources(),
            *sorted(RUNTIME.glob("ops/*.c")),
        ]
        for number, source in enumerate(shared):
            out = folder / f"{number}.o"
            includes = (RUNTIME, *kernel_program.INCLUDES)
            emulation.compile_object(core, source, out, includes=includes)
            self._objects.append(out)

    def image(self, ops: list[StoredOp]) -> pathlib.Path:
        """A program that runs ``ops``."""
        (self._folder / "cases.h").write_text(cases_header(ops))
        image = self._folder / "image.elf"
        emulation.compile_program(
            self._core,
            [*self._objects, kernel_program.BENCHMARKS / "bench_ops.c"],
            image,
            includes=(self._folder, RUNTIME, *kernel_program.INCLUDES),
        )
        return image


def small_ops(kernel: str, core: str, seed: int, count: int) -> list[StoredOp]:
    """Random ops that a trace of takes seconds."""
    drawn = Sampler(seed).ops(kernel, 20 * count)
    small = [op for op in drawn if estimate_instructions(op, plan_for(op, core), core)[1] < _MOST]
    return small[:count]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--core", action="append", choices=CORES)
    parser.add_argument("--kernel", action="append", choices=KERNELS)
    parser.add_argument("--samples", type=int, default=3, help="ops of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, default=FILE)
    args = parser.parse_args()
    cores = [emulation.CORES[name] for name in args.core or CORES]
    require_tools(*cores)
    known = json.loads(args.out.read_text()) if args.out.exists() else {}
    mixes = known.setdefault("mixes", {})
    print(f"{'core':12}{'kernel':20}{'instructions':>14}{'cycles each, M4':>18}")
    for core in cores:
        with tempfile.TemporaryDirectory() as name:
            programs = Programs(core, pathlib.Path(name))
            for kernel in args.kernel or KERNELS:
                image = programs.image(small_ops(kernel, core.name, args.seed, args.samples))
                parts = trace(core, image, {"sbnn_invoke_op"}, {"bench_stop"})
                found = sum((count_kinds(part) for part in parts), Counter())
                whole = found["instructions"]
                cycles = sum(map(cortex_m4_cycles, parts)) / whole
                mixes.setdefault(core.name, {})[kernel] = {
                    kind: float(f"{share:.4g}") for kind, share in sorted(mix(found).items())
                }
                print(f"{core.name:12}{kernel:20}{whole:14,}{cycles:18.2f}", flush=True)
        args.out.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    print(f"wrote {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
