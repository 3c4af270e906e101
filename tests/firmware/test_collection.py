"""Several networks exported into one folder share their kernels, and run in one firmware."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import programs
import sbnn_converter
from exported import CORTEX_M, HEADERS, compile_folder, has_tools, includes
from networks import stir
from sbnn_converter import ConversionError, emulation
from sbnn_converter.emulation.compile import BOARD
from sbnn_converter.export import shared_libraries
from sbnn_converter.standalone import plan_export
from small_networks import digits, mlp, residual
from tflm_tables import tables

SAMPLES = 3


def everything(folder) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def models():
    """Three networks with samples; the MLP is int8 throughout."""
    rng = np.random.default_rng(3)
    found = {}
    for build in (digits, mlp, residual):
        model, options = stir(build()), {}
        x = (rng.integers(0, 17, (SAMPLES, *model.input_shape[1:])) / 16).astype(np.float32)
        if build is mlp:
            options = dict(inference_input_type="int8", inference_output_type="int8")
            options["representative_dataset"] = lambda x=x: ([row[None]] for row in x)
        converted = sbnn_converter.convert_keras_model(model, **options)
        found[build.__name__] = converted, x
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
#define MOST(a, b) ((a) > (b) ? (a) : (b))
static uint64_t work[MOST(digits_work_bytes, MOST(mlp_work_bytes, residual_work_bytes)) / 8];
int run_standalone(void);
int run_standalone(void) {{
{calls}
  return 0;
}}
"""


@pytest.mark.skipif(
    not has_tools("arm-none-eabi-g++", "qemu-system-arm"), reason="not installed: cross tools"
)
@pytest.mark.parametrize("name", ["cortex-m0", "cortex-m4"])
def test_six_networks_run_in_one_program_with_one_work_memory(
    name, models, folder, tmp_path, objects
):
    """Whole objects are linked, of all libraries: no symbol is there twice."""
    core = emulation.CORES[name]
    flags = [*CORTEX_M, f"-mcpu={name}"]
    of_tflm = {f"{network}_tflm": model for network, (model, _) in models.items()}
    (tmp_path / "tables.h").write_text(tables(of_tflm))
    (tmp_path / "networks.h").write_text("".join(f'#include "{n}.h"\n' for n in of_tflm))
    (tmp_path / "standalone.c").write_text(
        STANDALONE.format(
            headers="\n".join(f'#include "{network}_test_vector.h"' for network in models),
            calls="\n".join(
                f'  bench_report("{network}", (uint32_t){network}_self_test(work));'
                for network in models
            ),
        )
    )
    own = [f"-I{tmp_path}", f"-I{HEADERS}", f"-I{BOARD}", *includes(folder), *flags]
    compiled = compile_folder(folder, objects, "arm-none-eabi-", flags, main=False)
    compiled += objects.compile(
        ["arm-none-eabi-gcc", "-std=c99", "-Wall", "-Werror", *own], [tmp_path / "standalone.c"]
    )
    board = shutil.copy(Path(__file__).with_name("tflm_board.cpp"), tmp_path)
    compiled += objects.compile(
        ["arm-none-eabi-g++", "-std=c++17", "-fno-rtti", "-fno-exceptions", *own], [board]
    )
    image = tmp_path / "image.elf"
    emulation.compile_program(core, compiled, image)
    done = emulation.run(core, image)
    assert done.status == 0, done.text
    size = emulation.image_size(core, image)
    print(f"{name}: {size.flash:,} bytes of flash, {size.ram:,} of RAM beside the stack")
    names = [*models, *of_tflm]
    assert [line.split() for line in done.text.splitlines()] == 2 * [[n, "0"] for n in names]


def test_vectors_tell_a_network_that_answers_otherwise(models, folder, tmp_path):
    """The self-test compares what the program computes with what is written down."""
    own = tmp_path / "n"
    shutil.copytree(folder, own)
    constants = own / "mlp" / "src" / "mlp_constants.h"
    text = constants.read_text()
    start = text.index("op1_output_offsets[10] = {") + len("op1_output_offsets[10] = {")
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
