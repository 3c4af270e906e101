"""What weights and activations of each kind cost: BinaryNet/4 on a Cortex-M4.

    python benchmarks/mcu/schemes.py

prints bytes, memory and instructions of the same network in every scheme, as standalone
C in QEMU. Weights are random, with exact shares of connections; outputs are compared
with this machine's. Accuracies stand in docs/results.md.
"""

from __future__ import annotations

import shared_with_tests  # isort: skip  # noqa: F401
import sbnn_keras.keras2  # isort: skip  # noqa: F401  (sets Keras 2 up)

import functools
import pathlib
import sys
import tempfile

import numpy as np
from rich.console import Console
from rich.progress import track

import mcu_networks
import sbnn_converter
from sbnn_converter import emulation
from sbnn_converter.emulation.trial import KernelObjects, try_on
from sbnn_converter.standalone import plan_export
from tools_at_hand import require_tools

CORE = "cortex-m4"
# domain, connections, bits of activations, of streams
SCHEMES = [
    ("01", 0.05, 1, None),
    ("general", 0.05, 1, None),
    *(("signed", share, 1, None) for share in (0.02, 0.05, 0.1)),
    *(("signed", 0.05, bits, None) for bits in (2, 3)),
    *(("signed", 0.05, bits, 6) for bits in (1, 2, 3)),
]


def network(domain: str, share: float, bits: int, stream: int | None):
    """BinaryNet at a quarter of its width, up to the logits."""
    import tensorflow as tf

    import sbnn_keras

    model = sbnn_keras.applications.BinaryNet(
        width=0.25, domain=domain, connections=share, bits=bits, stream_bits=stream
    )
    return tf.keras.Model(model.inputs, model.layers[-1].input)


def row(scheme: tuple, kernels: KernelObjects) -> str:
    """A line of the table.

    Raises:
      RuntimeError: the emulated network answers differently.
    """
    case = mcu_networks.Case(functools.partial(network, *scheme), (32, 32, 3), int8=True)
    model, x = case.convert(), case.samples(2)
    trial = try_on(plan_export(model), emulation.CORES[CORE], [x], kernels=kernels)
    interpreter = sbnn_converter.micro.Interpreter(model)
    if not np.array_equal(trial.outputs[0], interpreter.predict(x)):
        raise RuntimeError(f"{scheme} on {CORE} differs from the host")
    domain, share, bits, stream = scheme
    return (
        f"| {domain} | {share:.0%} | {bits} | {stream or ''} | {len(model):,} | "
        f"{trial.ram_bytes + trial.stack_bytes:,} | {trial.instructions:,} |"
    )


def main() -> int:
    require_tools(emulation.CORES[CORE])
    print("| weights | connections | bits | stream | model, bytes | RAM, bytes | instructions |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        kernels = KernelObjects(pathlib.Path(folder))
        for scheme in track(SCHEMES, "schemes", console=Console(stderr=True)):
            print(row(scheme, kernels), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
