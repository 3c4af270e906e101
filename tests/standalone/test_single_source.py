"""All kernels stand in one C source beside each other: nothing of one is another one's name,
and no macro outlives its file."""

import re
import shutil
import subprocess

import pytest

from sbnn_converter import emulation
from sbnn_converter.export import c_sources
from sbnn_converter.standalone.single_source import joined

STRICT = "-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wundef -Wpedantic -Werror".split()


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    sources = [*c_sources.kernel_sources(), *c_sources.runtime_files("c")]
    text, headers = joined(path for path in sources if path.endswith(".c"))
    path = tmp_path_factory.mktemp("single") / "all.c"
    path.write_text("".join(f"#include <{header}>\n" for header in sorted(headers)) + text)
    return path


@pytest.mark.parametrize("compiler, standard", [("gcc", "c99"), ("gcc", "c2x"), ("clang", "c2x")])
def test_all_kernels_are_one_source_without_warnings(source, compiler, standard):
    if not shutil.which(compiler):
        pytest.skip(f"not installed: {compiler}")
    # A helper of a header that no kernel calls is none of a header there.
    command = [compiler, f"-std={standard}", *STRICT, "-Wno-unused-function", "-fsyntax-only"]
    subprocess.run([*command, source], check=True)


@pytest.mark.parametrize("name", ["cortex-m0", "cortex-m4", "cortex-m55", "rv32imac"])
def test_so_they_are_on_cores(source, name, tmp_path):
    """Assembler included, which the compiler alone does not look at."""
    core = emulation.CORES[name]
    if emulation.missing_tools(core):
        pytest.skip(f"not installed: {emulation.missing_tools(core)}")
    flags = [*emulation.FLAGS, *STRICT]
    emulation.compile_object(core, source, tmp_path / "all.o", flags=flags)


def test_nothing_is_included_and_each_header_stands_there_once(source):
    text = source.read_text()
    assert not re.findall(r'^#\s*include\s+"', text, re.MULTILINE)
    guards = re.findall(r"^#define (SBNN_\w+_H_)$", text, re.MULTILINE)
    assert len(guards) == len(set(guards)) > 20
