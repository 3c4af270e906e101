"""Thousands of half-broken ops: no step outside a buffer, no overflow, no abort, and one answer."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import host_program

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def fuzzer(request, objects, tmp_path_factory) -> Path:
    """The program, with the hosts or with a microcontroller's kernels alone."""
    if not shutil.which("gcc"):
        pytest.skip("not installed: gcc")
    program = tmp_path_factory.mktemp("fuzz") / "fuzz_ops"
    parts = [host_program.RUNTIME / "micro" / "micro_op.c", HERE / "fuzz_ops.c"]
    if request.param:
        watched, levels = host_program.host_sources()
        parts += [*watched, HERE / "fuzz_on_hosts.c"]
    else:
        kernels = sorted((host_program.KERNELS / "src").glob("*.c"))
        ops = sorted((host_program.RUNTIME / "ops").glob("*.c"))
        parts, levels = [*parts, *kernels, *ops, HERE / "fuzz_without_hosts.c"], []
    host_program.build(objects, program, parts, levels)
    return program


@pytest.mark.parametrize(
    "fuzzer",
    [
        pytest.param(False, id="micro"),
        pytest.param(True, id="hosts, too", marks=pytest.mark.slow),
    ],
    indirect=True,
)
@pytest.mark.parametrize("seed", [1, 2])
def test_half_broken_ops_are_refused_by_name_or_run_inside_their_buffers(fuzzer, seed):
    done = subprocess.run([fuzzer, str(seed), "10000"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    accepted, refused = map(int, re.findall(r"\d+", done.stdout))
    assert accepted + refused == 10000
    assert accepted > 1500 and refused > 1500
