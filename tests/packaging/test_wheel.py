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
    left_out = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "*.so")
    source = shutil.copytree(ROOT, folder / "source", ignore=left_out)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    # What is in it and how it loads does not hang on how fast the kernels are. The header is that
    # of `make wheels`.
    flags = {**os.environ, "CFLAGS": f"-O0 -include {ROOT}/packaging/glibc_2_17.h"}
    subprocess.run([*command, "-w", str(folder), str(source)], check=True, env=flags)
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


def test_the_wheel_is_for_every_python_and_one_platform(wheel):
    *_, python, abi, platform = wheel.stem.split("-")
    assert (python, abi) == ("py3", "none") and platform != "any"


def test_the_libraries_want_no_more_than_a_c_library_of_2012(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        libraries = [n for n in archive.namelist() if n.endswith(".so")]
        archive.extractall(tmp_path, libraries)
    assert len(libraries) == 3
    for library in libraries:
        command = ["nm", "--dynamic", "--undefined-only", tmp_path / library]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            kind, name = line.split()[-2:]
            if kind != "w":  # what the linker's start-up code would use if it were there
                symbol, _, version = name.partition("@GLIBC_")
                assert version and tuple(map(int, version.split("."))) <= (2, 17), (library, name)
                assert not symbol.startswith("Py")


def test_the_installed_packages_work_away_from_the_repository(wheel, tmp_path):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    without_compiler = {**os.environ, "CC": "/bin/false", "PATH": str(tmp_path / "bin")}
    command += ["--target", str(tmp_path), str(wheel)]
    subprocess.run(command, check=True, env=without_compiler)
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
