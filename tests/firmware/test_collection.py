"""Several networks exported into one folder share their kernels, and run in one firmware."""

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import programs
import sbnn_converter
from exported import CORTEX_M, HEADERS, compile_folder, has_tools, includes
from mcu_networks import CASES
from networks import stir
from sbnn_converter import ConversionError, emulation
from sbnn_converter.emulation.compile import BOARD
from sbnn_converter.export import shared_libraries
from sbnn_converter.standalone import plan_export
from small_networks import residual
from tflm_tables import tables

SAMPLES = 3
needs_cmake = pytest.mark.skipif(not has_tools("cmake"), reason="not installed: cmake")


def everything(folder) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def models():
    """Three networks with samples: digits, floats in and out; an MLP for MNIST, int8
    throughout; one with residual streams."""
    found = {}
    for name, case in (("digits", CASES["digits"]), ("mlp", CASES["mnist_mlp"])):
        found[name] = case.convert(), case.samples(SAMPLES)
    x = (np.random.default_rng(3).integers(0, 17, (SAMPLES, 8, 8, 4)) / 16).astype(np.float32)
    found["residual"] = sbnn_converter.convert_keras_model(stir(residual())), x
    return found


@pytest.fixture(scope="module")
def folder(models, tmp_path_factory):
    """All networks as standalone C, and all for TensorFlow Lite Micro."""
    folder = tmp_path_factory.mktemp("firmware") / "networks"
    for name, (model, x) in models.items():
        sbnn_converter.export_c(model, folder, name=name, samples=x)
        sbnn_converter.export_micro(model, folder, name=f"{name}_tflm", samples=x)
    return folder


def test_exporting_again_changes_nothing_and_order_does_not_matter(models, folder, tmp_path):
    before = everything(folder)
    for name, (model, x) in models.items():
        sbnn_converter.export_c(model, folder, name=name, samples=x)
    assert everything(folder) == before
    for name, (model, x) in reversed(models.items()):
        sbnn_converter.export_micro(model, tmp_path / "n", name=f"{name}_tflm", samples=x)
        sbnn_converter.export_c(model, tmp_path / "n", name=name, samples=x)
    assert everything(tmp_path / "n") == before


def test_a_name_is_one_kind_of_network(models, folder):
    model, _ = models["mlp"]
    before = everything(folder)
    with pytest.raises(ConversionError, match="holds 'digits', standalone C, already.*--name"):
        sbnn_converter.export_micro(model, folder, name="digits")
    with pytest.raises(ConversionError, match="holds 'mlp_tflm', a network for TensorFlow"):
        sbnn_converter.export_c(model, folder, name="mlp_tflm")
    with pytest.raises(ConversionError, match="holds 'mlp', standalone C"):
        sbnn_converter.export_c(model, folder, name="MLP")  # macros, file systems
    assert everything(folder) == before


@needs_cmake
def test_networks_may_be_called_like_another_one_s_test(models, tmp_path):
    for name in ("a", "a_test"):
        sbnn_converter.export_c(models["mlp"][0], tmp_path / "n", name=name)
    command = ["cmake", "-S", tmp_path / "n", "-B", tmp_path / "build"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    targets = subprocess.run(
        ["cmake", "--build", tmp_path / "build", "--target", "help"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert {"a", "a-test", "a_test", "a_test-test"} <= set(targets)


@pytest.mark.parametrize("suffix", ["constants", "model", "ops", "test_vector"])
def test_a_network_is_not_called_like_a_header_of_another_one(models, tmp_path, suffix):
    model, _ = models["mlp"]
    for first, second in (("a", f"A_{suffix}"), (f"a_{suffix}", "a")):
        folder = tmp_path / first
        sbnn_converter.export_c(model, folder, name=first)
        before = everything(folder)
        with pytest.raises(ConversionError, match=f"_{suffix}.h' is a header of 'a'.*--name"):
            sbnn_converter.export_c(model, folder, name=second)
        assert everything(folder) == before


def test_another_network_of_a_name_replaces_it(models, tmp_path):
    for name in ("digits", "mlp"):
        sbnn_converter.export_c(models[name][0], tmp_path / "n", name="net")
    sbnn_converter.export_c(models["mlp"][0], tmp_path / "wanted", name="net")
    assert everything(tmp_path / "n") == everything(tmp_path / "wanted")


def test_a_user_s_changes_are_not_overwritten(models, tmp_path):
    sbnn_converter.export_c(models["mlp"][0], tmp_path / "n", name="first")
    (tmp_path / "n" / "first" / "src" / "first.c").write_text("mine")
    with pytest.raises(ConversionError, match="first/src/first.c.*changed since"):
        sbnn_converter.export_c(models["mlp"][0], tmp_path / "n", name="second")


STANDALONE = """
#include "startup.h"
{headers}
{work}
int run_standalone(void);
int run_standalone(void) {{
{calls}
  return 0;
}}
"""
# The Cortex-M0+ executes what the M0 does; QEMU has neither on a board that is large enough.
M0_PLUS = dataclasses.replace(
    emulation.CORES["cortex-m0"], name="cortex-m0plus", flags=("-mthumb", "-mcpu=cortex-m0plus")
)


def standalone_part(networks: list[str]) -> str:
    """C that runs the test vectors of networks, all in one piece of memory."""
    largest = " ".join(
        f"char {network}[{network}_work_bytes];" for network in networks
    )  # of a union's members
    return STANDALONE.format(
        headers="\n".join(f'#include "{network}_test_vector.h"' for network in networks),
        work=f"static union {{ uint64_t aligned; {largest} }} work;" if networks else "",
        calls="\n".join(
            f'  bench_report("{network}", (uint32_t){network}_self_test(&work));'
            for network in networks
        ),
    )


@pytest.mark.skipif(
    not has_tools("arm-none-eabi-g++", "qemu-system-arm"), reason="not installed: cross tools"
)
@pytest.mark.parametrize("core", [M0_PLUS, emulation.CORES["cortex-m4"]], ids=lambda c: c.name)
def test_six_networks_run_in_one_program_with_one_work_memory(
    core, models, folder, tmp_path, objects
):
    """Whole objects are linked, of all libraries: no symbol is there twice."""
    flags = [*CORTEX_M, core.flags[-1]]
    libraries = compile_folder(folder, objects, "arm-none-eabi-", flags, main=False)
    plain = list(models)
    micro = [f"{network}_tflm" for network in models]
    rows = []
    for what, (in_c, in_micro) in {
        "three networks in plain C": (plain, []),
        "three for TensorFlow Lite Micro": ([], micro),
        "all six": (plain, micro),
    }.items():
        part = tmp_path / what.replace(" ", "_")
        part.mkdir()
        of_tflm = {name: models[name.removesuffix("_tflm")][0] for name in in_micro}
        (part / "tables.h").write_text(tables(of_tflm))
        (part / "networks.h").write_text("".join(f'#include "{n}.h"\n' for n in in_micro))
        (part / "standalone.c").write_text(standalone_part(in_c))
        own = [f"-I{part}", f"-I{HEADERS}", f"-I{BOARD}", *includes(folder), *flags]
        compiled = libraries + objects.compile(
            ["arm-none-eabi-gcc", "-std=c99", "-Wall", "-Werror", *own], [part / "standalone.c"]
        )
        board = shutil.copy(Path(__file__).with_name("tflm_board.cpp"), part)
        compiled += objects.compile(
            ["arm-none-eabi-g++", "-std=c++17", "-fno-rtti", "-fno-exceptions", *own], [board]
        )
        image = part / "image.elf"
        emulation.compile_program(core, compiled, image)
        done = emulation.run(core, image)
        assert done.status == 0, done.text
        lines = [line.split() for line in done.text.splitlines()]
        assert lines == 2 * [[name, "0"] for name in (*in_c, *in_micro)]
        size = emulation.image_size(core, image)
        rows.append(f"| {core.name} | {what} | {size.flash:,} | {size.ram:,} |")
    print("\n".join(rows))


def test_vectors_tell_a_network_that_answers_otherwise(models, folder, tmp_path):
    """The self-test compares what the program computes with what is written down."""
    own = tmp_path / "n"
    shutil.copytree(folder, own)
    constants = own / "mlp" / "src" / "mlp_constants.h"
    text = constants.read_text()
    start = text.index("_offsets[10] = {") + len("_offsets[10] = {")
    constants.write_text(text[:start] + " 0x1000000 +" + text[start:])
    kernels = [path for path in plan_export(models["mlp"][0]).kernels if path.endswith(".c")]
    sources = [own / "sbnn" / shared_libraries.exported_path(path) for path in kernels]
    sources += [*own.glob("mlp/src/*.c"), own / "mlp" / "main.c"]
    command = ["gcc", "-ffp-contract=off", *includes(own), *sources, "-o", tmp_path / "test"]
    subprocess.run(command, check=True)
    done = subprocess.run([tmp_path / "test"], capture_output=True, text=True)
    assert done.returncode == 1 and "mlp: FAIL; 3 of 3 samples differ" in done.stdout


@pytest.mark.parametrize("network", ["mlp", "mlp_tflm"])
def test_other_kernels_are_refused_by_the_compiler(folder, tmp_path, network):
    own = tmp_path / "n"
    shutil.copytree(folder, own)
    header = own / "sbnn" / "src" / "sbnn.h"
    text = header.read_text()
    assert shared_libraries.sources_id() in text
    command = ["gcc", "-fsyntax-only", f"-I{HEADERS}", *includes(own)]
    sources = sorted((own / network / "src").rglob("m*.c*"))
    sources = [path for path in sources if "test_vector" not in path.name]
    subprocess.run([*command, *sources], check=True)
    header.write_text(text.replace(shared_libraries.sources_id(), "0x12345678u"))
    done = subprocess.run([*command, *sources], capture_output=True, text=True)
    assert done.returncode != 0
    assert f"network '{network}' was exported by sbnn-keras" in done.stderr


def test_networks_of_other_kernels_are_named(models, capfd, monkeypatch, tmp_path):
    model, _ = models["mlp"]
    (tmp_path / "mlp.tflite").write_bytes(model)
    place = tmp_path / "n"
    sbnn_converter.export_c(model, place, name="old")
    listed = json.loads((place / "sbnn-export.json").read_text())
    listed["networks"]["old"]["kernels"] = "0x12345678u"
    (place / "sbnn-export.json").write_text(json.dumps(listed))
    words = [tmp_path / "mlp.tflite", "--c_dir", place, "--name=fresh"]
    result = programs.run_here(capfd, monkeypatch, "sbnn-export", *words)
    assert result.returncode == 0
    assert f"export old in {place}/ again, too" in result.stdout


def test_sources_are_licensed(folder):
    for path, content in everything(folder).items():
        if path.endswith((".c", ".h", ".cpp", ".ino", ".cmake", ".yml", ".mk", "CMakeLists.txt")):
            first = content.split(b"\n")[0]
            assert b"SPDX-License-Identifier: Apache-2.0" in first, path
    text = (emulation.compile.BOARD.parents[3] / "LICENSE").read_bytes()
    for library in (".", "sbnn", "sbnn_tflm", "mlp", "mlp_tflm"):
        assert (folder / library / "LICENSE").read_bytes() == text
