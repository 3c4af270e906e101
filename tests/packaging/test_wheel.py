"""The wheel holds what users need, and nothing that would collide with others."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # A copy without what earlier builds left behind, as in a fresh clone.
    left_out = shutil.ignore_patterns(".*", "build", "*.egg-info", "*.so")
    source = shutil.copytree(ROOT, folder / "source", ignore=left_out)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    # What is in it and how it loads does not hang on how fast the kernels are.
    quickly = {**os.environ, "CFLAGS": "-O0"}
    subprocess.run([*command, "-w", str(folder), str(source)], check=True, env=quickly)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_packages_libraries_and_c_sources(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "sbnn_converter/native/libsbnn_tflite.so" in names
    assert "sbnn_converter/native/libsbnn_micro.so" in names
    shipped = {n.split("/", 2)[2] for n in names if n.startswith("sbnn_converter/csrc/")}
    sources = {
        str(path.relative_to(ROOT / "converter"))
        for folder in ("kernels", "runtime")
        for pattern in ("*.[ch]*", "CMakeLists.txt")
        for path in (ROOT / "converter" / folder).rglob(pattern)
    }
    assert sources and shipped == sources


@pytest.mark.parametrize(
    "package, folder",
    [("sbnn_keras", "sbnn_keras"), ("sbnn_converter", "converter/sbnn_converter")],
)
def test_the_wheel_holds_every_module(wheel, package, folder):
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {n for n in names if n.startswith(package + "/") and n.endswith(".py")}
    here = {
        f"{package}/{path.relative_to(ROOT / folder)}" for path in (ROOT / folder).rglob("*.py")
    }
    assert shipped == here


def test_the_wheel_holds_the_style_of_the_report(wheel):
    assert "sbnn_converter/report/page.css" in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_holds_trained_weights_and_their_cards(wheel):
    here = {path.name for path in (ROOT / "sbnn_keras/applications/weights").iterdir()}
    folder = "sbnn_keras/applications/weights/"
    shipped = {n.removeprefix(folder) for n in zipfile.ZipFile(wheel).namelist() if folder in n}
    assert here and shipped == here


def test_the_wheel_installs_two_packages_and_no_more(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    top = {n.split("/")[0] for n in names if ".dist-info" not in n}
    assert top == {"sbnn_keras", "sbnn_converter"}


def test_the_installed_packages_work_away_from_the_repository(wheel, tmp_path):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    subprocess.run([*command, "--target", str(tmp_path), str(wheel)], check=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def run(*arguments):
        command = [sys.executable, *arguments]
        how = dict(cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
        return subprocess.run(command, **how).stdout

    where = run(
        "-c",
        "from sbnn_keras import SparseBinaryDense; import sbnn_keras, sbnn_converter;"
        "from sbnn_converter.native import library_path; library_path('sbnn_tflite');"
        "print(sbnn_keras.__file__, sbnn_converter.__file__)",
    )
    assert where.count(str(tmp_path)) == 2
    assert "usage: sbnn-convert" in run("bin/sbnn-convert", "--help")
    assert "usage: sbnn-export" in run("bin/sbnn-export", "--help")
    assert "usage: sbnn-inspect" in run("bin/sbnn-inspect", "--help")
