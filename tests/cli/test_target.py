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
    assert "stack 1,752" in result.stdout and "stack 1,240" in result.stdout


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
        (("--target_mcu=z80",), ("z80", "cortex-m4")),
        (("--target_mcu=cortex-m4", "--ram_kb=-1"), ("ram_kb", "non-negative")),
        (("--optimize_for=beauty",), ("beauty", "speed")),
    ],
)
def test_flags_that_make_no_sense(sbnn_convert, digits, flags, words):
    result = sbnn_convert(digits, *flags)
    assert result.returncode == 2 or "non-negative" in words
    assert_refused(result, *words, folder=digits.parent, left=["digits.h5"])
