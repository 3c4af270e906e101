"""The host's kernels agree with the references at every level of instructions."""

import glob
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
KERNELS = HERE.parent.parent / "converter" / "kernels"
RUNTIME = HERE.parent.parent / "converter" / "runtime"
FLAGS = ["-std=c99", "-ffp-contract=off", "-Wall", "-Wextra", "-Wconversion", "-Werror",
         "-I", KERNELS / "include", "-I", RUNTIME]  # fmt: skip


def sources(*patterns: str) -> list[str]:
    return [p for pattern in patterns for p in sorted(glob.glob(str(pattern)))]


def test_every_level_gives_the_references_results_within_its_memory(tmp_path):
    """Batches, threads and random shapes; levels that this processor lacks are left out."""
    image = tmp_path / "test_host"
    subprocess.run(
        ["gcc", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover", *FLAGS,
         "-I", HERE, "-I", HERE / "reference", HERE / "support.c", HERE / "test_host.c",
         *sources(HERE / "reference" / "*.c", KERNELS / "src" / "*.c",
                  KERNELS / "host" / "*.c", RUNTIME / "host" / "*.c", RUNTIME / "ops" / "*.c"),
         "-pthread", "-o", image],
        check=True,
    )  # fmt: skip
    done = subprocess.run([image], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_clang_compiles_every_level_without_warnings(tmp_path):
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    for source in sources(KERNELS / "host" / "*.c", RUNTIME / "host" / "*.c"):
        subprocess.run(
            ["clang", "-O1", *FLAGS, "-c", source, "-o", tmp_path / "out.o"], check=True
        )
