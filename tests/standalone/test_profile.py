"""Profiles: instructions by op, as numbers, table and JSON."""

import dataclasses
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import mcu_networks
import programs
import sbnn_converter
from sbnn_converter import emulation
from sbnn_converter.report.profile_table import print_profile

CASE = mcu_networks.CASES["digits"]
pytestmark = pytest.mark.skipif(
    bool(emulation.missing_tools(emulation.CORES["cortex-m3"])),
    reason="not installed: tools for Cortex-M",
)


@pytest.fixture(scope="module")
def model() -> bytes:
    return CASE.convert()


@pytest.fixture(scope="module")
def profile(model):
    return sbnn_converter.micro.profile(model, "cortex-m3", CASE.samples(1))


def test_the_ops_add_up_to_the_whole(profile):
    assert [op.op for op in profile.ops] == [
        "SbnnConv2D",
        "SbnnConv2D",
        "SbnnMaxPool2D",
        "SbnnConv2D",
        "SbnnDense",
        "SbnnDense",
    ]
    assert profile.ops[0].label == "sparse_binary_conv2d"
    parts = sum(op.instructions for op in profile.ops)
    assert 0 <= profile.instructions - parts < 1000
    assert all(op.instructions > 1000 for op in profile.ops)


def test_a_profile_repeats_exactly_and_compiles_no_kernel_again(model, profile, monkeypatch):
    compiled, compile_object = [], emulation.compile_object

    def counted(core, source, out, **options):
        compiled.append(Path(source).name)
        compile_object(core, source, out, **options)

    monkeypatch.setattr(emulation, "compile_object", counted)
    again = sbnn_converter.micro.profile(model, "cortex-m3", CASE.samples(1))
    assert again == profile
    assert compiled == ["model.c"]


def test_the_table_shows_every_op(profile):
    text = io.StringIO()
    print_profile(profile, Console(file=text, width=120))
    for op in profile.ops:
        assert op.label in text.getvalue()
        assert f"{op.instructions:,}" in text.getvalue()
    assert f"flash {profile.flash_bytes:,} bytes" in text.getvalue()


def test_the_command_line_prints_it(model, profile, tmp_path):
    (tmp_path / "m.tflite").write_bytes(model)
    run = [sys.executable, "-c", "from sbnn_converter.cli.inspect import run; run()"]
    done = subprocess.run(
        [*run, tmp_path / "m.tflite", "--profile=cortex-m3", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert [op["label"] for op in found["ops"]] == [op.label for op in profile.ops]
    assert found["flash_bytes"] == profile.flash_bytes


def test_bad_requests_are_refused(model):
    with pytest.raises(ValueError, match="wanted one of cortex-m0"):
        sbnn_converter.micro.profile(model, "cortex-m1")
    with pytest.raises(ValueError, match="samples for 2 inputs"):
        sbnn_converter.micro.profile(model, samples=[CASE.samples(1)] * 2)
    with pytest.raises(ValueError, match="wanted float32"):
        sbnn_converter.micro.profile(model, samples=np.zeros((1, 8, 8, 1), np.int8))


def test_the_arena_by_kind_adds_up(model):
    interpreter = sbnn_converter.micro.Interpreter(model)
    kinds = interpreter.arena_by_kind
    assert sum(kinds.values()) == interpreter.arena_used_bytes
    assert kinds["activations and scratch memory"] > 1000
    assert kinds["NodeAndRegistration struct"] > 0


def test_cycles_are_estimated_from_the_counts(model, profile):
    for op in profile.ops:
        each = op.cycles.likely / op.instructions
        assert 1.0 < each < 2.0 and op.cycles.low <= op.cycles.likely <= op.cycles.high
    assert profile.cycles.likely == pytest.approx(sum(op.cycles.likely for op in profile.ops))
    # The estimate that runs nothing has estimated instructions: here they are counted.
    estimated = sbnn_converter.estimate_network(model, "cortex-m3").cycles.likely
    assert profile.cycles.likely == pytest.approx(estimated, rel=0.4)


def test_a_core_that_runs_another_one_s_code_has_cycles_of_its_own(model):
    small, plus = (sbnn_converter.micro.profile(model, f"cortex-m0{p}") for p in ("", "plus"))
    assert plus.core == "cortex-m0plus" and plus.instructions == small.instructions
    assert plus.cycles.likely < small.cycles.likely  # its branches refill a shorter pipeline


def test_milliseconds_stand_beside_cycles_where_the_clock_is_known(profile):
    text = io.StringIO()
    print_profile(profile, Console(file=text, width=160), mhz=16)
    (time,) = [f"{op.cycles.milliseconds(16).likely:,.3g}" for op in profile.ops[:1]]
    assert " ms " in text.getvalue() and time in text.getvalue()
    assert f"{profile.ops[0].cycles.likely:,.0f}" in text.getvalue()
    assert "wait states: 0), at 16 MHz" in text.getvalue()


def test_ops_and_cores_without_a_table_of_cycles_say_so(profile):
    other = dataclasses.replace(profile.ops[0], op="SOFTMAX", label="softmax", cycles=None)
    some = dataclasses.replace(profile, ops=(*profile.ops[1:], other))
    text = io.StringIO()
    print_profile(some, Console(file=text, width=160))
    assert "not included in the cycles: SOFTMAX" in text.getvalue()
    assert some.as_dict()["ops"][-1]["cycles"] is None
    none = dataclasses.replace(profile, core="rv32imac", ops=(other,))
    text = io.StringIO()
    print_profile(none, Console(file=text, width=160), mhz=16)
    assert "cycles" not in text.getvalue() and none.as_dict()["cycles"] is None


def test_clocks_and_wait_states_want_a_core(capfd, monkeypatch, tmp_path):
    for words, said in (
        (["--mhz", "16"], "--mhz needs --profile"),
        (["--wait_states", "1"], "--wait_states needs --profile"),
        (["--profile", "cortex-m4", "--mhz", "0"], "--mhz is 0"),
        (["--profile", "rv32imac", "--mhz", "9"], "no cycles are known for 'rv32imac', wanted"),
        (["--profile", "cortex-m55", "--mhz", "9"], "no cycles are known for 'cortex-m55'"),
        (["--profile", "cortex-m4", "--mhz", "inf"], "wanted a finite number"),
    ):
        result = programs.run_here(capfd, monkeypatch, "sbnn-inspect", tmp_path / "m", *words)
        assert result.returncode == 2 and said in result.stderr
