"""Fits the costs of TensorFlow Lite's own ops, in the C kernels of runtime/c, to QEMU.

    python benchmarks/mcu/fit_numeric_costs.py [--core cortex-m4] [--kernel "conv2d int8"]
    python benchmarks/mcu/fit_numeric_costs.py --mixes

measures random ops of every kind on every core and writes the coefficients to
converter/sbnn_converter/cost_model/coefficients.json, under "numeric"; with --mixes, which
kinds of instructions they run, traced, for the estimate of cycles. All else stays as it is. The
errors in the table are those on other random ops than the ones fitted to.
"""

from __future__ import annotations

import shared_with_tests  # isort: skip  # noqa: F401

import argparse
import json
import pathlib
import sys
import tempfile
from collections import Counter

import numpy as np

from builtin_model import builtin_model
from fit_cost_model import estimates, fit
from fit_mixes import CORES as TRACED
from instruction_kinds import count_kinds, mix
from instruction_trace import trace
from numeric_samples import NumericSampler
from sbnn_converter import emulation
from sbnn_converter.cost_model.measured import FILE
from sbnn_converter.cost_model.numeric_features import NUMERIC_KERNELS, numeric_features
from sbnn_converter.emulation.trial import KernelObjects, build_trial, try_on
from sbnn_converter.standalone import plan_export
from tools_at_hand import require_tools

_CHECKED = 0.3  # share of the samples that are kept from the fit
_AT_ONCE = 10  # kernels in a program
_TRACED_OPS = 2  # of each kernel
# Instructions of one, about: enough for the innermost loops to outweigh all else.
_TRACED_SIZE = {"conv2d": 120_000, "depthwise": 60_000, "dense": 60_000}
_TRACED_OTHERS = 15_000
_LEAST = 1_000  # instructions of an op that counts: the timers tell 32 to 50 apart


def measured_ops(
    kernels: list[str], core: emulation.Core, samples: int, seed: int, objects: KernelObjects
) -> dict[str, list[tuple[dict[str, float], int]]]:
    """By kernel: how often each step is taken, and the instructions of random ops."""
    sampler = NumericSampler(seed)
    ops = [op for kernel in kernels for op in sampler.ops(kernel, samples)]
    export = plan_export(builtin_model(ops))
    trial = try_on(export, core, sampler.inputs(export.network), kernels=objects)
    found: dict[str, list[tuple[dict[str, float], int]]] = {kernel: [] for kernel in kernels}
    for op, instructions in zip(export.ops, trial.by_op, strict=True):
        kernel, counts = numeric_features(op)
        if instructions >= _LEAST:
            found[kernel].append((counts, instructions))
    return found


def traced_mixes(
    coefficients: dict[str, dict[str, float]],
    core: emulation.Core,
    seed: int,
    objects: KernelObjects,
) -> dict[str, dict[str, float]]:
    """By kernel: what an average instruction is, in ops that a trace of takes little time."""
    sampler, ops = NumericSampler(seed), []
    for kernel, costs in coefficients.items():
        drawn = sampler.ops(kernel, 20 * _TRACED_OPS)
        steps = plan_export(builtin_model(drawn)).ops
        found = estimates([numeric_features(op)[1] for op in steps], costs)
        wanted = _TRACED_SIZE.get(kernel.split()[0], _TRACED_OTHERS)
        nearest = np.argsort(np.abs(np.log(found / wanted)), kind="stable")
        ops += [drawn[i] for i in nearest[:_TRACED_OPS]]
    export = plan_export(builtin_model(ops))
    hook = f"{export.name}_after_op"
    with tempfile.TemporaryDirectory() as folder:
        inputs = sampler.inputs(export.network)
        image, _ = build_trial(export, core, inputs, pathlib.Path(folder), kernels=objects)
        left_out = {hook, "bench_now", "on_systick"}
        parts = trace(core, image, {f"{export.name}_invoke", hook}, {"bench_stop"}, left_out)
    kinds: dict[str, Counter[str]] = {kernel: Counter() for kernel in coefficients}
    for op, part in zip(export.ops, parts):  # behind the last op is the way back
        kinds[numeric_features(op)[0]] += count_kinds(part)
    return {
        kernel: {kind: float(f"{share:.4g}") for kind, share in sorted(mix(found).items())}
        for kernel, found in kinds.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known = json.loads(FILE.read_text())
    parser.add_argument("--core", action="append", choices=sorted(known["cores"]))
    parser.add_argument("--kernel", action="append", choices=NUMERIC_KERNELS)
    parser.add_argument("--samples", type=int, default=30, help="ops of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mixes", action="store_true", help="trace, and fit nothing")
    parser.add_argument("--out", type=pathlib.Path, default=FILE)
    args = parser.parse_args()
    cores = [emulation.CORES[name] for name in args.core or sorted(known["cores"])]
    kernels = args.kernel or list(NUMERIC_KERNELS)
    require_tools(*cores)
    print(f"{'core':12}{'kernel':20}{'ops':>5}{'mean error':>12}{'worst':>8}")
    with tempfile.TemporaryDirectory() as folder:
        objects = KernelObjects(pathlib.Path(folder))
        for core in cores:
            if args.mixes:
                _trace(core, kernels, args, objects)
                continue
            found = {}
            for first in range(0, len(kernels), _AT_ONCE):
                some = kernels[first : first + _AT_ONCE]
                found |= measured_ops(some, core, args.samples, args.seed, objects)
            fitted = {kernel: _fitted(core.name, kernel, ops) for kernel, ops in found.items()}
            _write(args.out, "cores", core.name, fitted)
    return 0


def _fitted(core: str, kernel: str, ops: list[tuple[dict[str, float], int]]) -> dict[str, float]:
    """The coefficients; prints the errors of those that only some of the ops give."""
    counts = [one for one, _ in ops]
    instructions = np.array([measured for _, measured in ops], float)
    held = int(len(ops) * _CHECKED)
    checked = fit(counts[held:], instructions[held:])
    errors = np.abs(estimates(counts[:held], checked) / instructions[:held] - 1)
    print(f"{core:12}{kernel:20}{len(ops):5}{errors.mean():12.1%}{errors.max():8.1%}", flush=True)
    return fit(counts, instructions)


def _trace(core: emulation.Core, kernels: list[str], args, objects: KernelObjects) -> None:
    if core.name not in TRACED:
        return  # its code is that of one of these
    fitted = json.loads(args.out.read_text())["numeric"]["cores"][core.name]
    for first in range(0, len(kernels), _AT_ONCE):
        some = {kernel: fitted[kernel] for kernel in kernels[first : first + _AT_ONCE]}
        mixes = traced_mixes(some, core, args.seed, objects)
        print(f"{core.name:12}traced {', '.join(mixes)}", flush=True)
        _write(args.out, "mixes", core.name, mixes)


def _write(out: pathlib.Path, part: str, core: str, found: dict) -> None:
    """Adds what was found of a core to the file, as others may have left it by now."""
    known = json.loads(out.read_text())
    known.setdefault("numeric", {}).setdefault(part, {}).setdefault(core, {}).update(found)
    out.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.exit(main())
