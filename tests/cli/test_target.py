"""sbnn-convert --target_mcu: what it prints, and what it says if nothing fits."""

import math

import pytest

import sbnn_converter
import sbnn_keras
from programs import assert_refused
from sbnn_converter.cost_model.board import Board, DoesNotFit, check_fit
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


def test_what_a_finished_file_needs_is_not_a_flag_that_it_refuses(sbnn_convert, digits):
    assert sbnn_convert(digits).returncode == 0
    finished = digits.with_suffix(".tflite")
    again = "convert the Keras model again with --optimize_for size"
    result = sbnn_convert(finished, "--target_mcu=cortex-m4", "--ram_kb=1")
    assert_refused(result, "does not fit", again)


def test_needs_are_rounded_up_and_advice_names_what_takes_most():
    model = sbnn_keras.applications.MLP((8,), 4, units=(8,), weights=None)
    cost = estimate_network(sbnn_converter.convert_keras_model(model))
    least = min(way.ram_bytes for way in cost.ways)
    for kilobytes in (0.1, math.floor(10 * least / 1024) / 10):
        with pytest.raises(DoesNotFit) as refused:
            check_fit(cost, Board(ram_kb=kilobytes), None)
        before, behind = str(refused.value).split(" KB of RAM, the board has ")[:2]
        assert float(before.split()[-1]) > float(behind.split()[0])
        # Its tensors are a few bytes, the stack takes hundreds.
        assert "a board with more RAM" in str(refused.value)
        assert "bytes of stack" in str(refused.value)


def test_an_interpreter_takes_no_less_stack_than_its_kernels(sbnn_convert, digits):
    assert sbnn_convert(digits).returncode == 0
    model = digits.with_suffix(".tflite").read_bytes()
    for core in ("cortex-m0", "cortex-m4", "cortex-m55"):
        plain_c, micro = (
            way.ram["stack"]
            for way in sorted(estimate_network(model, core).ways, key=lambda w: w.name != "plain C")
        )
        assert micro > plain_c
