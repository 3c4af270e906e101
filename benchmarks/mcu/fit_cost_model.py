"""Fits the cost model to instruction counts in QEMU.

    python benchmarks/mcu/fit_cost_model.py [--core cortex-m4] [--samples 40]
    python benchmarks/mcu/fit_cost_model.py [--signed] [--code golomb]

measures random ops of every kind on every core and writes the coefficients to
converter/sbnn_converter/cost_model/coefficients.json; with --signed, ops with weights -1, 0
and +1, and what their signs take on top; with --code, ops with that weight code, and what
reading it takes, with both, too. All else stays as it is. The errors in the table are those on
other random ops than the ones fitted to.
"""

from __future__ import annotations

import shared_with_tests  # isort: skip  # noqa: F401

import argparse
import json
import pathlib
import sys
from functools import partial

import numpy as np
from scipy.optimize import nnls

from code_sizes import code_sizes
from op_counts import measure_ops
from samples import Sampler
from sbnn_converter import emulation
from sbnn_converter.cost_model.estimate import cores, counted_core, plan_for
from sbnn_converter.cost_model.features import (
    KERNELS,
    SIGN_STEPS,
    code_steps,
    op_features,
)
from sbnn_converter.cost_model.measured import FILE
from sbnn_converter.weights.code import CODINGS
from tools_at_hand import require_tools

_CHECKED = 0.3  # share of the samples that are kept from the fit


def fit(counts: list[dict[str, float]], measured: np.ndarray) -> dict[str, float]:
    """Instructions a step, none negative, that keep the relative error least."""
    steps = sorted({step for one in counts for step in one})
    matrix = np.array([[one.get(step, 0.0) for step in steps] for one in counts])
    scale = np.maximum(matrix.max(0), 1.0)  # columns of one size: a better solution
    solution, _ = nnls(matrix / measured[:, None] / scale, np.ones(len(measured)))
    return {s: float(f"{c:.4g}") for s, c in zip(steps, solution / scale) if c > 0}


def fit_some(
    counts: list[dict[str, float]],
    measured: np.ndarray,
    known: dict[str, float],
    some: set[str],
) -> dict[str, float]:
    """``known`` with what the steps ``some`` take, all others as they are."""
    plain = {step: c for step, c in known.items() if step not in some}
    rest = np.maximum(measured - estimates(counts, plain), 0)
    steps = sorted({step for one in counts for step in one} & some)
    matrix = np.array([[one.get(step, 0.0) for step in steps] for one in counts])
    scale = np.maximum(matrix.max(0), 1.0)
    solution, _ = nnls(matrix / measured[:, None] / scale, rest / measured)
    return plain | {s: float(f"{c:.4g}") for s, c in zip(steps, solution / scale) if c > 0}


def estimates(counts: list[dict[str, float]], coefficients: dict[str, float]) -> np.ndarray:
    return np.array([sum(coefficients.get(s, 0) * n for s, n in one.items()) for one in counts])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known_cores = [
        name for name in cores() if name in emulation.CORES and counted_core(name) == name
    ]
    parser.add_argument("--core", action="append", choices=known_cores)
    parser.add_argument("--kernel", action="append", choices=KERNELS)
    parser.add_argument("--samples", type=int, default=60, help="ops of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--signed", action="store_true", help="fit the steps of kernels with signs, no others"
    )
    parser.add_argument(
        "--code", choices=CODINGS, help="fit the step that reads this weight code, no others"
    )
    parser.add_argument("--worst", action="store_true", help="print the worst ops")
    parser.add_argument("--out", type=pathlib.Path, default=FILE)
    args = parser.parse_args()
    boards = [emulation.CORES[name] for name in args.core or known_cores]
    require_tools(*boards)
    some = code_steps(args.code) if args.code else SIGN_STEPS if args.signed else None
    known = json.loads(args.out.read_text()) if args.out.exists() else {}
    print(f"{'core':12}{'kernel':18}{'ops':>5}{'mean error':>12}{'90 % below':>12}{'worst':>8}")
    for board in boards:
        core = board.name
        entry = known.setdefault("cores", {}).setdefault(core, {})
        for kernel in args.kernel or KERNELS:
            sampled = Sampler(args.seed, args.signed, args.code).ops(kernel, args.samples)
            counts = [op_features(op, plan_for(op, core))[1] for op in sampled]
            taken = some and some & {step for one in counts for step in one}
            if some and not taken:
                continue
            found = measure_ops(sampled, core)
            measured = np.array([m.instructions for m in found], float)
            held = int(len(measured) * _CHECKED)
            fitting = partial(fit_some, known=entry[kernel], some=taken) if some else fit
            checked = fitting(counts[held:], measured[held:])
            errors = np.abs(estimates(counts[:held], checked) / measured[:held] - 1)
            entry[kernel] = fitting(counts, measured)
            print(
                f"{core:12}{kernel:18}{len(found):5}{errors.mean():12.1%}"
                f"{np.quantile(errors, 0.9):12.1%}{errors.max():8.1%}",
                flush=True,
            )
            if args.worst:
                print(entry[kernel])
                for i in np.argsort(errors)[-3:]:
                    print(
                        f"  {errors[i]:.0%} of {measured[i]:,.0f}",
                        sampled[i].options,
                        sampled[i].output,
                    )
        known.setdefault("code_bytes", {})[core] = code_sizes(board)
        args.out.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    print(f"wrote {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
