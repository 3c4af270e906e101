"""Thousands of half-broken ops, and no step outside a buffer, no overflow, no abort."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CONVERTER = HERE.parents[1] / "converter"


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory) -> Path:
    if not shutil.which("gcc"):
        pytest.skip("not installed: gcc")
    program = tmp_path_factory.mktemp("fuzz") / "fuzz_ops"
    sources = [
        *sorted((CONVERTER / "kernels" / "src").glob("*.c")),
        *sorted((CONVERTER / "runtime" / "ops").glob("*.c")),
        CONVERTER / "runtime" / "micro" / "micro_op.c",
        HERE / "fuzz_ops.c",
    ]
    subprocess.run(
        [
            "gcc",
            "-g",
            "-O1",
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-I",
            CONVERTER / "kernels" / "include",
            "-I",
            CONVERTER / "runtime",
            *sources,
            "-o",
            program,
        ],
        check=True,
    )
    return program


@pytest.mark.parametrize("seed", [1, 2])
def test_half_broken_ops_are_refused_by_name_or_run_inside_their_buffers(fuzzer, seed):
    done = subprocess.run([fuzzer, str(seed), "10000"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    accepted, refused = map(int, re.findall(r"\d+", done.stdout))
    assert accepted + refused == 10000
    assert accepted > 1500 and refused > 1500
