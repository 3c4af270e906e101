"""sbnn-convert --target_mcu: what it prints, and what it says if nothing fits."""

import pytest

from programs import assert_refused
from sbnn_converter.cost_model.network import estimate_network


def test_the_table_has_the_estimate(sbnn_convert, digits):
    result = sbnn_convert(digits, "--target_mcu=cortex-m4", "--flash_kb=64", "--ram_kb=16")
    assert result.returncode == 0, result.stderr
    cost = estimate_network(digits.with_suffix(".tflite").read_bytes())
    for step in cost.steps:
        assert f"{step.instructions:,}" in result.stdout
    assert f"{cost.instructions:,}" in result.stdout
    for way in cost.ways:
        assert f"{way.flash_bytes:,} B" in result.stdout
        assert f"{way.ram_bytes:,} B" in result.stdout
    assert result.stdout.count(" fits") == 2
    assert "stack 1,752" in result.stdout and "stack 1,376" in result.stdout


def test_cycles_and_time_are_told_within_bounds(sbnn_convert, digits):
    flags = ("--target_mcu=cortex-m0plus", "--mhz=48", "--wait_states=1")
    result = sbnn_convert(digits, *flags)
    assert result.returncode == 0, result.stderr
    model = digits.with_suffix(".tflite").read_bytes()
    cycles = estimate_network(model, "cortex-m0plus", wait_states=1).cycles
    bounds = f"({cycles.low:,.0f} to {cycles.high:,.0f}; wait states: 1)"
    said = " ".join(result.stdout.split())
    assert f"{cycles.likely:,.0f} cycles {bounds}" in said
    assert f"at 48 MHz {cycles.likely / 48e3:,.3g} ms" in said


@pytest.mark.parametrize(
    "flags, words",
    [
        (("--flash_kb=8",), ("KB of flash, the board has 8 KB", "fewer connections")),
        (("--ram_kb=1",), ("KB of RAM, the board has 1 KB", "--optimize_for size")),
    ],
)
def test_what_does_not_fit_is_not_written(sbnn_convert, digits, flags, words):
    result = sbnn_convert(digits, "--target_mcu=cortex-m4", *flags)
    assert_refused(
        result,
        "does not fit",
        "nothing was written",
        *words,
        folder=digits.parent,
        left=["digits.h5"],
    )


@pytest.mark.parametrize(
    "flags, words",
    [
        (("--flash_kb=64",), ("need --target_mcu",)),
        (("--mhz=64",), ("need --target_mcu",)),
        (("--target_mcu=cortex-m4", "--mhz=0"), ("--mhz is 0",)),
        (("--target_mcu=cortex-m4", "--wait_states=-1"), ("wait_states",)),
        (("--target_mcu=z80",), ("z80", "cortex-m4")),
        (("--target_mcu=cortex-m4", "--ram_kb=-1"), ("ram_kb", "non-negative")),
        (("--optimize_for=beauty",), ("beauty", "speed")),
    ],
)
def test_flags_that_make_no_sense(sbnn_convert, digits, flags, words):
    result = sbnn_convert(digits, *flags)
    assert result.returncode == 2 or "non-negative" in words
    assert_refused(result, *words, folder=digits.parent, left=["digits.h5"])
