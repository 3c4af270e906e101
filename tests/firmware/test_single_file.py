"""A network as one pair of files with all of its kernels."""

import re
import shutil
import subprocess

import numpy as np
import pytest

import programs
import sbnn_converter
from mcu_networks import CASES
from networks import stir
from sbnn_converter import ConversionError, emulation
from small_networks import residual

STRICT = "-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wundef -Wpedantic -Werror".split()
NETWORKS = ["digits", "mlp", "residual"]
# The Cortex-M0+ executes what the M0 does; QEMU has neither on a board that is large enough.
CORES = ["cortex-m0", "cortex-m4"]


@pytest.fixture(scope="module")
def models():
    """Floats in and out; int8 throughout, dense; several bits, signs and streams."""
    found = {}
    for name, case in (("digits", CASES["digits"]), ("mlp", CASES["mnist_mlp"])):
        found[name] = case.convert(), case.samples(3)
    x = (np.random.default_rng(3).integers(0, 17, (3, 8, 8, 4)) / 16).astype(np.float32)
    found["residual"] = sbnn_converter.convert_keras_model(stir(residual())), x
    return found


@pytest.fixture(scope="module")
def folder(models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("single") / "nets"
    for name, (model, x) in models.items():
        sbnn_converter.export_c(model, folder, name=name, samples=x, single_file=True)
    return folder


def everything(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_there_is_one_pair_of_files_and_what_checks_it(folder):
    wanted = {"LICENSE", "sbnn-export.json"}
    for name in NETWORKS:
        wanted |= {f"{name}.c", f"{name}.h", f"{name}_main.c"}
        wanted |= {f"{name}_test_vector.c", f"{name}_test_vector.h"}
        included = re.findall(r"#\s*include (\S+)", (folder / f"{name}.c").read_text())
        own = [header for header in included if header.startswith('"')]
        assert own == [f'"{name}.h"']
    assert set(everything(folder)) == wanted


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("standard", ["c99", "c11", "c17", "c2x"])
def test_strict_compilers_have_nothing_to_say(folder, compiler, standard):
    if not shutil.which(compiler):
        pytest.skip(f"not installed: {compiler}")
    sources = sorted(folder.glob("*.c"))
    command = [compiler, f"-std={standard}", *STRICT, "-fsyntax-only"]
    subprocess.run([*command, *sources], check=True)
    macros = [f"-D{name.upper()}_{what}" for name in NETWORKS for what in ("PROFILE", "CHECK")]
    subprocess.run([*command, *macros, *sources], check=True)


@pytest.mark.parametrize("standard", ["c++11", "c++20"])
def test_headers_are_cplusplus(folder, standard, tmp_path):
    text = "".join(f'#include "{name}_test_vector.h"\n' for name in NETWORKS)
    (tmp_path / "all.cpp").write_text(text)
    command = ["g++", f"-std={standard}", *STRICT, f"-I{folder}", "-fsyntax-only"]
    subprocess.run([*command, tmp_path / "all.cpp"], check=True)


@pytest.mark.parametrize("name", NETWORKS)
def test_its_program_passes_here(folder, name, tmp_path):
    sources = [folder / f"{name}{part}.c" for part in ("", "_test_vector", "_main")]
    command = ["gcc", "-std=c99", "-O2", "-ffp-contract=off", *sources, "-o", tmp_path / "main"]
    subprocess.run(command, check=True)
    done = subprocess.run([tmp_path / "main"], capture_output=True, text=True)
    assert done.returncode == 0 and f"{name}: PASS; 0 of 3" in done.stdout


MAIN = """
#include "startup.h"
{headers}
static uint64_t work[{words}];
int main(void) {{
{calls}
  return 0;
}}
"""


def main_of(names) -> str:
    """A program that runs the test vectors of networks in one piece of memory."""
    calls = [
        f"  bench_start();\n  if ({name}_self_test(work) != 0) return {i};\n"
        f'  bench_report("{name}", bench_stop());'
        for i, name in enumerate(names, start=1)
    ]
    sizes = [f"({name.upper()}_WORK_BYTES / 8)" for name in names]
    return MAIN.format(
        headers="\n".join(f'#include "{name}_test_vector.h"' for name in names),
        words=" + ".join(sizes),
        calls="\n".join(calls),
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", CORES)
def test_three_pairs_in_one_firmware_pass_and_are_as_fast_as_with_a_library(
    models, folder, name, tmp_path
):
    """Kernels of one network are not the other one's: no symbol is there twice."""
    core = emulation.CORES[name]
    if emulation.missing_tools(core):
        pytest.skip(f"not installed: {emulation.missing_tools(core)}")
    (tmp_path / "main.c").write_text(main_of(NETWORKS))
    own = [path for path in folder.glob("*.c") if not path.name.endswith("_main.c")]
    image = tmp_path / "single.elf"
    sources = [tmp_path / "main.c", *own]
    emulation.compile_program(core, sources, image, includes=[folder])
    single = emulation.run(core, image)
    assert single.status == 0, single.text
    for network, (model, x) in models.items():
        sbnn_converter.export_c(model, tmp_path / "nets", name=network, samples=x)
    apart = tmp_path / "apart.elf"
    libraries = [tmp_path / "nets" / part / "src" for part in ("sbnn", *NETWORKS)]
    sources = [path for library in libraries for path in library.rglob("*.c")]
    emulation.compile_program(core, [tmp_path / "main.c", *sources], apart, includes=libraries)
    wanted = emulation.run(core, apart)
    assert wanted.status == 0
    for network in NETWORKS:
        found, library = single.numbers[network], wanted.numbers[network]
        assert found <= 1.03 * library, network
        print(f"{network} on {name}: {found:,} instructions, with a library {library:,}")
    sizes = [emulation.image_size(core, path).flash for path in (image, apart)]
    print(f"flash on {name}: {sizes[0]:,} bytes, with a library {sizes[1]:,}")


def test_exporting_again_changes_nothing_and_others_stay(models, folder, tmp_path):
    before = everything(folder)
    model, x = models["mlp"]
    sbnn_converter.export_c(model, folder, name="mlp", samples=x, single_file=True)
    assert everything(folder) == before


def test_folders_hold_one_kind(models, folder, tmp_path):
    model, _ = models["mlp"]
    before = everything(folder)
    with pytest.raises(ConversionError, match="holds networks of --single_file"):
        sbnn_converter.export_c(model, folder, name="other")
    with pytest.raises(ConversionError, match="holds 'mlp', which has files of the same names"):
        sbnn_converter.export_c(model, folder, name="MLP", single_file=True)
    (folder / "mlp.c").write_bytes(before["mlp.c"] + b"/* mine */")
    with pytest.raises(ConversionError, match=r"mlp\.c.*changed since"):
        sbnn_converter.export_c(model, folder, name="mlp", single_file=True)
    (folder / "mlp.c").write_bytes(before["mlp.c"])
    assert everything(folder) == before
    sbnn_converter.export_c(model, tmp_path / "n", name="mlp")
    with pytest.raises(ConversionError, match="leave out --single_file"):
        sbnn_converter.export_c(model, tmp_path / "n", name="mlp2", single_file=True)


def test_the_command_line_writes_it(models, folder, tmp_path, capfd, monkeypatch):
    (tmp_path / "m.tflite").write_bytes(models["mlp"][0])
    words = [tmp_path / "m.tflite", "--c_dir", tmp_path / "c", "--single_file", "--name", "mlp"]
    result = programs.run_here(capfd, monkeypatch, "sbnn-export", *words)
    assert result.returncode == 0, result.stderr
    assert "mlp.c, mlp.h and a test" in result.stdout
    assert (tmp_path / "c" / "mlp.c").read_bytes() == (folder / "mlp.c").read_bytes()
    refused = programs.run_here(capfd, monkeypatch, "sbnn-export", words[0], "--single_file")
    assert refused.returncode == 2
