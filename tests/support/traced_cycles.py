"""What a network takes on a Cortex-M4, traced in QEMU op by op."""

from __future__ import annotations

import tempfile
from pathlib import Path

from instruction_kinds import cortex_m4_cycles, count_kinds
from instruction_trace import trace
from sbnn_converter import emulation
from sbnn_converter.emulation.profile import random_inputs
from sbnn_converter.emulation.trial import KernelObjects, build_trial
from sbnn_converter.standalone import plan_export

CORE = emulation.CORES["cortex-m4"]


def traced_cycles(model: bytes, kernels: KernelObjects) -> dict[int, tuple[int, int]]:
    """Instructions and cycles of a converted model as standalone C, by the op's number."""
    export = plan_export(model)
    with tempfile.TemporaryDirectory() as folder:
        inputs = random_inputs(export.network)
        image, _ = build_trial(export, CORE, inputs, Path(folder), kernels=kernels)
        hook = f"{export.name}_after_op"
        parts = trace(
            CORE,
            image,
            {f"{export.name}_invoke", hook},
            {"bench_stop"},
            {hook, "bench_now", "on_systick"},
        )
    # The first part ends with the first op; what follows the last op is the way back.
    return {
        op.number: (count_kinds(part)["instructions"], cortex_m4_cycles(part))
        for op, part in zip(export.ops, parts)
    }
