"""How much of a network's time goes by in the code that SBNN_HOT_SECTION places.

    python benchmarks/mcu/hot_code.py [MODEL.tflite ...]

links networks (default: those of tests/support/mcu_networks.py) for a Cortex-M4 with a section of
hot code, traces them in QEMU, and prints the section's bytes and its share of what is executed.
"""

from __future__ import annotations

import shared_with_tests  # isort: skip  # noqa: F401

import argparse
import pathlib
import subprocess
import tempfile

import mcu_networks
from instruction_trace import trace
from sbnn_converter import emulation
from sbnn_converter.emulation.profile import random_inputs
from sbnn_converter.emulation.trial import KernelObjects, build_trial
from sbnn_converter.standalone import plan_export
from tools_at_hand import require_tools

CORE = emulation.CORES["cortex-m4"]
SECTION = ".hot"
FLAGS = (*emulation.FLAGS, f'-DSBNN_HOT_SECTION="{SECTION}"')


def place(image: pathlib.Path) -> range:
    """Where the section lies."""
    listed = subprocess.run(
        [CORE.compiler + "size", "-A", image], check=True, capture_output=True, text=True
    ).stdout
    (row,) = (line.split() for line in listed.splitlines() if line.startswith(SECTION + " "))
    return range(int(row[2]), int(row[2]) + int(row[1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path, nargs="*")
    args = parser.parse_args()
    require_tools(CORE)
    models = mcu_networks.models(args.model)
    print("| | bytes of hot code | executed there |\n| --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        kernels = KernelObjects(pathlib.Path(name) / "kernels")
        for network, model in models.items():
            export = plan_export(model)
            folder = pathlib.Path(name) / network
            folder.mkdir()
            inputs = random_inputs(export.network)
            image, _ = build_trial(export, CORE, inputs, folder, flags=FLAGS, kernels=kernels)
            (steps,) = trace(CORE, image, {f"{export.name}_invoke"}, {"bench_stop"})
            hot, inside, whole = place(image), 0, 0
            for (block, _), times in steps.items():
                count = times * len(block.instructions)
                whole += count
                inside += count * (block.address in hot)
            print(f"| `{network}` | {len(hot):,} | {inside / whole:.0%} |", flush=True)


if __name__ == "__main__":
    main()
