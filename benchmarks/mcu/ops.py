"""Counts the instructions of single SBNN ops on an emulated core.

    python benchmarks/mcu/ops.py MODEL.tflite [--core cortex-m4]

prints what each SBNN op of a converted model takes, beside the estimate.
"""

from __future__ import annotations

import shared_with_tests  # isort: skip  # noqa: F401

import argparse
import itertools
import pathlib

from op_counts import measure_ops
from sbnn_converter import emulation
from sbnn_converter.cost_model.estimate import cores, estimate_op
from sbnn_converter.tflite.flatbuffer import read_stored_model


def _or_dash(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--core", default="cortex-m4", choices=sorted(emulation.CORES))
    args = parser.parse_args()
    ops = read_stored_model(args.model.read_bytes()).sbnn_ops
    found = measure_ops(ops, args.core)
    known = args.core in cores()  # there are costs of Cortex-M only
    estimated = [estimate_op(op, args.core).instructions for op in ops] if known else []
    print(f"{'':40}{'counted':>12}{'estimated':>12}{'prepare':>12}{'scratch':>10}")
    for op, measured, estimate in itertools.zip_longest(ops, found, estimated):
        print(
            f"{op.layer or op.name:40}{measured.instructions:12,}{_or_dash(estimate):>12}"
            f"{measured.prepare:12,}{measured.scratch_bytes:10,}"
        )
    total = sum(estimated) if known else None
    print(f"{'all':40}{sum(m.instructions for m in found):12,}{_or_dash(total):>12}")


if __name__ == "__main__":
    main()
