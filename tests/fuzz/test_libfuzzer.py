"""libFuzzer finds no bytes that the readers of options and of weight codes cannot take."""

import shutil
import subprocess

import pytest

import libfuzzer

# Ops are made of bytes in test_fuzz_ops.py, whose objects are compiled anyway.
RUNS = {"options": 100_000, "codes": 50_000}


@pytest.mark.slow
@pytest.mark.parametrize("target", RUNS)
def test_no_bytes_are_found_that_fail(target, tmp_path):
    if not shutil.which("clang"):
        pytest.skip("not installed: clang")
    try:
        program = libfuzzer.build(target, tmp_path)
    except subprocess.CalledProcessError as error:
        if "libclang_rt.fuzzer" not in error.stderr:
            raise
        pytest.skip("not installed: libFuzzer, in libclang-rt-dev of Debian")
    told = libfuzzer.fuzz(program, tmp_path / "corpus", RUNS[target], seed=1)
    assert told.startswith(f"{RUNS[target]} runs"), told
    edges = int(told.split(", ")[1].split()[0])
    assert edges > 50, told  # a reader that refuses everything at once has fewer
