"""The host's kernels agree with the references at every level of instructions."""

import pathlib
import shutil
import subprocess

import pytest

import host_program
from host_program import KERNELS, NATIVE, RUNTIME, STRICT


def sources(*folders: pathlib.Path) -> list[pathlib.Path]:
    return [source for folder in folders for source in sorted(folder.glob("*.c"))]


@pytest.mark.slow
def test_every_level_gives_the_references_results_within_its_memory(objects, tmp_path):
    """Batches, threads and random shapes; levels that this processor lacks are left out."""
    image = tmp_path / "test_host"
    watched, levels = host_program.host_sources()
    parts = [*host_program.REFERENCES, *levels]
    host_program.build(objects, image, [NATIVE / "test_host.c", *watched], parts)
    done = subprocess.run([image], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_threads_run_every_task_once_and_race_for_nothing(tmp_path):
    image = tmp_path / "test_thread_pool"
    sources = [NATIVE / "test_thread_pool.c", RUNTIME / "host" / "thread_pool.c"]
    flags = [*STRICT, "-g", "-O1", "-fsanitize=thread", "-pthread", f"-I{RUNTIME}"]
    subprocess.run(["gcc", *flags, *sources, "-o", image], check=True)
    done = subprocess.run([image], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.slow
def test_clang_compiles_every_level_without_warnings(tmp_path):
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    command = ["clang", *STRICT, f"-I{KERNELS / 'include'}", f"-I{RUNTIME}", "-c"]
    for source in sources(KERNELS / "host", RUNTIME / "host"):
        subprocess.run([*command, source, "-o", tmp_path / "out.o"], check=True)
