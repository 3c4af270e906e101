"""Whole networks as standalone C on emulated cores.

    python benchmarks/mcu/standalone.py [--core cortex-m4f ...] [--json build/net.json]

prints instructions and memory of the networks in tests/support/mcu_networks.py on each core, the
profile of BinaryNet at half width on a Cortex-M4, what of it TensorFlow Lite Micro
would take, and what our ops take there to start up. Outputs are compared with this machine's.
"""

from __future__ import annotations

import shared_with_tests  # isort: skip  # noqa: F401

import argparse
import json
import pathlib
import sys
import tempfile

import numpy as np
from rich.console import Console
from rich.progress import track

import mcu_networks
import sbnn_converter
from op_counts import prepare_instructions
from sbnn_converter import emulation
from sbnn_converter.emulation.profile import profile
from sbnn_converter.emulation.trial import KernelObjects, Trial, try_on
from sbnn_converter.report.profile_table import print_profile
from sbnn_converter.standalone import plan_export
from tools_at_hand import require_tools

SAMPLES = 2
BIG = "binarynet_half"
VECTORS = "cortex-m55"
STARTED = {"binarynet_half_5": BIG, "mlp_5": "mnist_mlp"}
WHOLE = {**STARTED, "mlp_5_signed_2bit": "signed_mlp"}


def measure(
    cores: list[emulation.Core], kernels: KernelObjects
) -> tuple[dict[str, dict[str, Trial]], dict[str, bytes]]:
    """Trials by network and core, and the models.

    Raises:
      RuntimeError: outputs differ from this machine's.
    """
    trials: dict[str, dict[str, Trial]] = {}
    cases = mcu_networks.ALL
    models = {}
    console = Console(stderr=True)
    for name, case in track(cases.items(), "networks", console=console):
        model = models[name] = case.convert()
        export, x = plan_export(model), case.samples(SAMPLES)
        wanted = sbnn_converter.micro.Interpreter(model).predict(x)
        trials[name] = {}
        for core in cores:
            trial = try_on(export, core, [x], kernels=kernels)
            if not np.array_equal(trial.outputs[0], wanted):
                raise RuntimeError(f"{name} on {core.name} differs from the host")
            trials[name][core.name] = trial
    return trials, models


def print_tables(trials: dict[str, dict[str, Trial]]) -> None:
    """Instructions by core, then memory on the first core."""
    cores = list(next(iter(trials.values())))
    print("| instructions | " + " | ".join(cores) + " |")
    print("| --- |" + " ---: |" * len(cores))
    for name, by_core in trials.items():
        counts = " | ".join(f"{t.instructions:,}" for t in by_core.values())
        print(f"| `{name}` | {counts} |")
    print(f"\n| bytes on {cores[0]} | flash | of it the network | RAM | stack |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, by_core in trials.items():
        t = by_core[cores[0]]
        print(
            f"| `{name}` | {t.flash_bytes:,} | {t.constant_bytes:,} | {t.ram_bytes:,} | "
            f"{t.stack_bytes:,} |"
        )
    print(flush=True)


def start_up(models: dict[str, bytes], core: str) -> dict[str, int]:
    """Instructions that preparing all SBNN ops takes, and where the model is trusted."""
    started = [models[name] for name in STARTED.values()]
    figures = {}
    for build, trusted in (("safe", False), ("trusted", True)):
        counts = prepare_instructions(started, core, trusted=trusted)
        figures |= {f"mcu.prepare.{key}.{build}": n for key, n in zip(STARTED, counts)}
    return figures


def whole_networks(
    trials: dict[str, dict[str, Trial]], core: emulation.Core, kernels: KernelObjects
) -> dict[str, int]:
    """Instructions of an inference as converted by default, and where speed is asked for."""
    cases = mcu_networks.ALL
    figures = {}
    for key, name in WHOLE.items():
        fast = plan_export(cases[name].convert(optimize_for="speed"))
        trial = try_on(fast, core, [cases[name].samples(SAMPLES)], kernels=kernels)
        figures[f"mcu.{key}.instructions"] = trials[name][core.name].instructions
        figures[f"mcu.{key}.instructions_speed"] = trial.instructions
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--core", action="append", choices=sorted(emulation.CORES))
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    names = args.core or [
        "cortex-m4",
        "cortex-m0",
        "cortex-m3",
        "cortex-m4f",
        "cortex-m7",
        "cortex-m33",
        VECTORS,
    ]
    cores = [emulation.CORES[name] for name in names]
    riscv = [core for name, core in emulation.CORES.items() if name.startswith("rv32")]
    if not args.core and not emulation.missing_tools(*riscv):
        cores += riscv
    require_tools(*cores)
    with tempfile.TemporaryDirectory() as folder:
        kernels = KernelObjects(pathlib.Path(folder))
        trials, models = measure(cores, kernels)
        model = models[BIG]
        print_tables(trials)
        print_profile(profile(model, cores[0].name, kernels=kernels))
        started = whole_networks(trials, cores[0], kernels)
    interpreter = sbnn_converter.micro.Interpreter(model)
    first = trials[BIG][cores[0].name]
    figures = {
        "instructions": first.instructions,
        "arena_bytes": interpreter.arena_used_bytes,
        "model_bytes": len(model),
        "code_bytes": first.flash_bytes - first.constant_bytes,
    }
    print(f"\n{BIG}, 5 % connections, {cores[0].name}:")
    for key, value in figures.items():
        print(f"  {key:14}{value:12,}")
    for kind, size in interpreter.arena_by_kind.items():
        print(f"    arena, {kind:40}{size:10,}")
    started |= start_up(models, cores[0].name)
    for key, value in started.items():
        print(f"{key:40}{value:12,}")
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        by_core = {
            network: {core: trial.instructions for core, trial in by.items()}
            for network, by in trials.items()
        }
        result = {f"mcu.{BIG}_5.{key}": value for key, value in figures.items()}
        if VECTORS in trials[BIG]:
            result[f"m55.{BIG}_5.instructions"] = trials[BIG][VECTORS].instructions
        args.json.write_text(
            json.dumps({**result, **started, "mcu.networks.by_core": by_core}, indent=2) + "\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
