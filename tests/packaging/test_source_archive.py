"""A source archive holds what a wheel is built of, under the name of its distribution."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BACKENDS = {"sbnn-keras": "setuptools.build_meta", "sbnn-keras3": "backend"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    left_out = shutil.ignore_patterns(".*", "build", "dist", "tests", "*.egg-info", "*.so")
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("tree") / "source", ignore=left_out)


@pytest.fixture(scope="module", params=BACKENDS)
def unpacked(request, tree, tmp_path_factory) -> tuple[str, Path]:
    """Name of the distribution, and its archive unpacked."""
    folder = tmp_path_factory.mktemp(request.param)
    code = (
        "import sys; sys.path.insert(0, 'keras3'); "
        f"import {BACKENDS[request.param]} as b; b.build_sdist(sys.argv[1])"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(folder)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder)
    return request.param, folder / archive.name.removesuffix(".tar.gz")


def test_it_holds_all_sources_of_the_packages(unpacked, tree):
    _, folder = unpacked
    sources = {
        str(path.relative_to(tree))
        for part in ("sbnn_keras", "converter")
        for path in (tree / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    missing = {name for name in sources if not (folder / name).is_file()}
    assert len(sources) > 300 and not missing


def test_it_builds_the_distribution_that_it_is_named_after(unpacked, tmp_path):
    name, folder = unpacked
    code = "import sys, setuptools.build_meta as b; b.prepare_metadata_for_build_wheel(sys.argv[1])"
    unset = {key: value for key, value in os.environ.items() if key != "SBNN_DISTRIBUTION"}
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=folder, env=unset, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (metadata,) = tmp_path.glob("*.dist-info/METADATA")
    lines = metadata.read_text().partition("\n\n")[0].splitlines()
    assert f"Name: {name}" in lines and "License-Expression: Apache-2.0" in lines
    assert any(line.startswith("Requires-Dist: larq") for line in lines) == (name == "sbnn-keras")
