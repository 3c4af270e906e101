"""Standalone networks on emulated cores: outputs, memory, sizes."""

import numpy as np
import pytest

import mcu_networks
import sbnn_converter
from op_counts import prepare_instructions
from sbnn_converter import emulation
from sbnn_converter.emulation.trial import try_on
from sbnn_converter.standalone import plan_export

SAMPLES = 4
CORES = [
    pytest.param(
        core,
        id=core.name,
        marks=pytest.mark.skipif(
            bool(emulation.missing_tools(core)),
            reason=f"not installed: {emulation.missing_tools(core)}",
        ),
    )
    for core in emulation.CORES.values()
    if core.name != "cortex-m4"  # the cortex-m4f is the same core with an FPU
]
needs_m4 = pytest.mark.skipif(
    bool(emulation.missing_tools(emulation.CORES["cortex-m4"])),
    reason="not installed: tools for Cortex-M",
)


@pytest.fixture(scope="module")
def binarynet() -> bytes:
    return mcu_networks.BINARYNET_HALF.convert()


@pytest.fixture(scope="module")
def mnist_mlp() -> bytes:
    return mcu_networks.CASES["mnist_mlp"].convert()


@pytest.fixture(scope="module")
def cases():
    """Each network with samples and what this machine answers to them.

    Binary networks are asked in TFLite with the delegate. In the residual one there are
    int8 ops of TFLite's own, which XNNPACK rounds differently on a host: the reference
    is TensorFlow Lite Micro.
    """
    found = {}
    for name, case in mcu_networks.CASES.items():
        model = case.convert()
        x = case.samples(SAMPLES)
        runtime = (
            sbnn_converter.micro.Interpreter if name == "residual" else sbnn_converter.Interpreter
        )
        found[name] = plan_export(model), x, runtime(model).predict(x)
    return found


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("name", mcu_networks.CASES)
def test_networks_give_the_host_s_outputs(core, name, cases, kernels):
    export, x, wanted = cases[name]
    trial = try_on(export, core, [x], kernels=kernels)
    np.testing.assert_array_equal(trial.outputs[0], wanted)
    assert len(np.unique(wanted)) > 3
    assert 0 <= trial.instructions - sum(trial.by_op) < 0.2 * trial.instructions
    assert 100 < trial.stack_bytes < 2048
    # Static RAM: what was planned, the caller's buffers, a little for the measuring.
    buffers = sum(t.bytes for t in (*export.network.inputs, *export.network.outputs))
    assert 0 <= trial.ram_bytes - export.ram_bytes - buffers < 200
    print(
        f"{name} on {core.name}: {trial.instructions:,} instructions, "
        f"{trial.ram_bytes:,} bytes of static RAM, {trial.stack_bytes:,} of stack"
    )


@needs_m4
@pytest.mark.parametrize(
    "case, model, flash_kb, ram_kb",
    [
        (mcu_networks.CASES["mnist_mlp"], "mnist_mlp", 64, 16),
        (mcu_networks.BINARYNET_HALF, "binarynet", 128, 64),
    ],
    ids=["mnist_mlp", "binarynet_half"],
)
def test_networks_fit_small_parts(case, model, flash_kb, ram_kb, kernels, request):
    """Code, startup and constants in flash; activations, buffers and stack in RAM. The
    linker is given no more, and the program runs in it."""
    model = request.getfixturevalue(model)
    x = case.samples(1)
    core = emulation.CORES["cortex-m4"]
    trial = try_on(
        plan_export(model),
        core,
        [x],
        kernels=kernels,
        code_bytes=flash_kb * 1024,
        ram_bytes=ram_kb * 1024,
    )
    wanted = sbnn_converter.Interpreter(model).predict(x)
    np.testing.assert_array_equal(trial.outputs[0], wanted)
    assert trial.flash_bytes <= flash_kb * 1024
    assert trial.ram_bytes + trial.stack_bytes <= ram_kb * 1024
    assert trial.flash_bytes > len(model) / 2


@needs_m4
def test_binarynet_stays_within_its_limits(kernels, binarynet):
    x = mcu_networks.BINARYNET_HALF.samples(1)
    core = emulation.CORES["cortex-m4"]
    trial = try_on(plan_export(binarynet), core, [x], kernels=kernels)
    assert trial.instructions <= 4_800_000
    assert sbnn_converter.micro.Interpreter(binarynet).arena_used_bytes <= 36 * 1024
    assert len(binarynet) <= 60 * 1024


@needs_m4
@pytest.mark.parametrize(
    "trusted, limits", [(False, [1_300_000, 800_000]), (True, [60_000, 10_000])]
)
def test_start_up_stays_within_its_limits(trusted, limits, binarynet, mnist_mlp):
    """All that the ops do in ``AllocateTensors``: reading every weight once, or none."""
    found = prepare_instructions([binarynet, mnist_mlp], "cortex-m4", trusted=trusted)
    assert [limit > count > limit / 10 for count, limit in zip(found, limits)] == [True, True]


@needs_m4
def test_what_does_not_fit_is_refused(kernels):
    case = mcu_networks.CASES["digits"]
    export = plan_export(case.convert())
    with pytest.raises(emulation.CompilationError, match="RAM"):
        try_on(
            export, emulation.CORES["cortex-m4"], [case.samples(1)], kernels=kernels, ram_bytes=512
        )


@needs_m4
def test_samples_of_another_shape_are_refused(kernels):
    case = mcu_networks.CASES["digits"]
    export = plan_export(case.convert())
    core = emulation.CORES["cortex-m4"]
    with pytest.raises(ValueError, match="wanted float32"):
        try_on(export, core, [np.zeros((1, 8, 8, 1))], kernels=kernels)
    with pytest.raises(ValueError, match=r"\(1, 8, 8, 1\)"):
        try_on(export, core, [np.zeros((1, 64), np.float32)], kernels=kernels)
