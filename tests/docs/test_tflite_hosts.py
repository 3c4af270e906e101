"""The page on TensorFlow Lite's hosts builds what it promises."""

import re
import shutil
import subprocess

import pytest

from pages import DOCS, follow, read_page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cmake") is None, reason="not installed: cmake"),
]
PAGE = "tflite-hosts.md"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    monkeypatch.setenv("CMAKE_BUILD_TYPE", "Debug")  # compiles in a third of the time
    (tmp_path / "converter").symlink_to(DOCS.parent / "converter")
    return tmp_path


def test_two_commands_make_the_library(clone):
    page = read_page(PAGE)
    assert [command.split()[0] for command in page.to_run()] == ["cmake", "cmake"]
    follow(page, clone)
    listed = subprocess.run(
        ["nm", "-D", "--defined-only", clone / "build" / "delegate" / "libsbnn_tflite.so"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = {line.split()[-1] for line in listed.splitlines()}
    assert names == {"tflite_plugin_create_delegate", "tflite_plugin_destroy_delegate"}


def test_a_program_links_the_library_as_shown(clone):
    lines = re.search(r"```cmake\n(.*?)```", (DOCS / PAGE).read_text(), re.DOTALL)[1]
    (clone / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(app CXX)\n"
        f"add_executable(app main.cpp)\n{lines}"
    )
    (clone / "main.cpp").write_text(
        '#include "sbnn_delegate.h"\n'
        "int main() {\n"
        "  TfLiteDelegate* sbnn = tflite_plugin_create_delegate(nullptr, nullptr, 0, nullptr);\n"
        "  tflite_plugin_destroy_delegate(sbnn);\n"
        "  return sbnn == nullptr;\n"
        "}\n"
    )
    for command in (["-S", ".", "-B", "out"], ["--build", "out", "--parallel", "2"]):
        done = subprocess.run(["cmake", *command], cwd=clone, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert subprocess.run([clone / "out" / "app"]).returncode == 0
    assert not list((clone / "out").rglob("*.so"))
