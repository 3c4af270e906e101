"""Thousands of half-broken ops: no step outside a buffer, no overflow, no abort, and one answer."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import host_program

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def fuzzer(objects, tmp_path_factory) -> Path:
    if not shutil.which("gcc"):
        pytest.skip("not installed: gcc")
    program = tmp_path_factory.mktemp("fuzz") / "fuzz_ops"
    watched, levels = host_program.host_sources()
    parts = [host_program.RUNTIME / "micro" / "micro_op.c", HERE / "fuzz_ops.c"]
    host_program.build(objects, program, [*watched, *parts], levels)
    return program


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_half_broken_ops_are_refused_by_name_or_run_inside_their_buffers(fuzzer, seed):
    done = subprocess.run([fuzzer, str(seed), "10000"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    accepted, refused = map(int, re.findall(r"\d+", done.stdout))
    assert accepted + refused == 10000
    assert accepted > 1500 and refused > 1500
