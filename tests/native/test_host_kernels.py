"""The host's kernels agree with the references at every level of instructions."""

import concurrent.futures
import glob
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
KERNELS = HERE.parent.parent / "converter" / "kernels"
RUNTIME = HERE.parent.parent / "converter" / "runtime"
FLAGS = [
    "-std=c99",
    "-ffp-contract=off",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Werror",
    "-I",
    KERNELS / "include",
    "-I",
    RUNTIME,
]


def sources(*patterns: str) -> list[str]:
    return [p for pattern in patterns for p in sorted(glob.glob(str(pattern)))]


# Compiling the same source with them a third time would take long.
UNWATCHED = ["level_avx2.c"]


def compiled(source: str, folder: pathlib.Path) -> pathlib.Path:
    """An object file, with sanitizers for memory and undefined behaviour."""
    out = folder / f"{pathlib.Path(source).stem}.o"
    watched = pathlib.Path(source).name not in UNWATCHED
    sanitize = ["-fsanitize=address,undefined", "-fno-sanitize-recover"] if watched else []
    subprocess.run(
        [
            "gcc",
            "-O1",
            *sanitize,
            *FLAGS,
            "-I",
            HERE,
            "-I",
            HERE / "reference",
            "-c",
            source,
            "-o",
            out,
        ],
        check=True,
    )
    return out


def test_every_level_gives_the_references_results_within_its_memory(tmp_path):
    """Batches, threads and random shapes; levels that this processor lacks are left out."""
    image = tmp_path / "test_host"
    files = sources(
        HERE / "support.c",
        HERE / "test_host.c",
        HERE / "reference" / "*.c",
        KERNELS / "src" / "*.c",
        KERNELS / "host" / "*.c",
        RUNTIME / "host" / "*.c",
        RUNTIME / "ops" / "*.c",
    )
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(lambda source: compiled(source, tmp_path), files))
    subprocess.run(
        ["gcc", "-fsanitize=address,undefined", *objects, "-pthread", "-o", image],
        check=True,
    )
    done = subprocess.run([image], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_clang_compiles_every_level_without_warnings(tmp_path):
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    for source in sources(KERNELS / "host" / "*.c", RUNTIME / "host" / "*.c"):
        subprocess.run(["clang", "-O1", *FLAGS, "-c", source, "-o", tmp_path / "out.o"], check=True)
