"""Estimated cycles of whole networks beside those of a trace on a Cortex-M4.

    python benchmarks/mcu/cycles.py [--json build/cycles.json] [MODEL.tflite ...]

runs networks (default: those of tests/support/mcu_networks.py) in QEMU, counts what they
execute, and prints what a Cortex-M4 takes for it by Arm's table (instruction_kinds.py), beside
the estimate that is made without running anything. Compared are the ops that there is an
estimate for: those of ours.
"""

from __future__ import annotations

import shared_with_tests  # isort: skip  # noqa: F401

import argparse
import json
import pathlib
import sys
import tempfile

import mcu_networks
from sbnn_converter import estimate_network
from sbnn_converter.emulation.trial import KernelObjects
from tools_at_hand import require_tools
from traced_cycles import CORE, traced_cycles


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path, nargs="*")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    require_tools(CORE)
    models = mcu_networks.models(args.model)
    figures = {}
    print("| | traced: instructions | cycles | cycles each | estimated | low | high | error |")
    print("| --- |" + " ---: |" * 7)
    with tempfile.TemporaryDirectory() as folder:
        kernels = KernelObjects(pathlib.Path(folder))
        for name, model in models.items():
            cost = estimate_network(model, CORE.name)
            traced = traced_cycles(model, kernels)
            instructions, cycles = (sum(column) for column in zip(*traced.values()))
            guess = cost.cycles
            error = guess.likely / cycles - 1
            print(
                f"| `{name}` | {instructions:,} | {cycles:,} | {cycles / instructions:.2f} | "
                f"{guess.likely:,.0f} | {guess.low:,.0f} | {guess.high:,.0f} | {error:+.1%} |",
                flush=True,
            )
            figures[f"mcu.cycles.{name}.traced"] = cycles
            figures[f"mcu.cycles.{name}.estimated"] = round(guess.likely)
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
