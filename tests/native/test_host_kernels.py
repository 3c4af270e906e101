"""The host's kernels agree with the references at every level of instructions."""

import pathlib
import shutil
import subprocess

import pytest

from host_program import KERNELS, NATIVE, REFERENCES, RUNTIME, STRICT, build


def sources(*folders: pathlib.Path) -> list[pathlib.Path]:
    return [source for folder in folders for source in sorted(folder.glob("*.c"))]


def test_every_level_gives_the_references_results_within_its_memory(objects, tmp_path):
    """Batches, threads and random shapes; levels that this processor lacks are left out."""
    image = tmp_path / "test_host"
    watched = [NATIVE / "test_host.c"] + sources(
        KERNELS / "src", KERNELS / "host", RUNTIME / "host", RUNTIME / "ops"
    )
    # Compiling the same source with sanitizers a third time would take long.
    again = KERNELS / "host" / "level_avx2.c"
    watched.remove(again)
    build(objects, image, watched, [*REFERENCES, again])
    done = subprocess.run([image], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_clang_compiles_every_level_without_warnings(tmp_path):
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    command = ["clang", *STRICT, f"-I{KERNELS / 'include'}", f"-I{RUNTIME}", "-O1", "-c"]
    for source in sources(KERNELS / "host", RUNTIME / "host"):
        subprocess.run([*command, source, "-o", tmp_path / "out.o"], check=True)
