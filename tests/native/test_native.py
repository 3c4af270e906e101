"""The C kernels agree with their references: on the host and on Cortex-M in QEMU."""

import functools
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KERNELS = ROOT / "converter" / "kernels"
sys.path.insert(0, str(ROOT / "benchmarks" / "mcu"))

from tensorflow import keras as K

import host_program
import kernel_program
import sbnn_converter
import sbnn_keras
from sbnn_converter import emulation

PROGRAMS = ["test_conv2d", "test_dense", "test_max_pool2d"]
# Where C sources are; one that is missing here would not be compiled.
FOLDERS = {"src", "host", "c", "micro", "ops", "plan", "tflite"}
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Werror"]


def needs_tools_of(core: str):
    missing = emulation.missing_tools(emulation.CORES[core])
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {missing}")


@pytest.fixture(scope="module")
def kernel_objects(tmp_path_factory):
    """A function from a core to the objects of kernels and references for it."""

    @functools.cache
    def compiled(core: emulation.Core) -> list[pathlib.Path]:
        folder = tmp_path_factory.mktemp(core.name)
        found = []
        for source in (*host_program.REFERENCES, *kernel_program.kernel_sources()):
            found.append(folder / f"{source.stem}.o")
            emulation.compile_object(core, source, found[-1], includes=kernel_program.INCLUDES)
        return found

    return compiled


def emulated(*cores: str):
    return [pytest.param(core, marks=needs_tools_of(core)) for core in cores]


@pytest.mark.parametrize("program", PROGRAMS)
def test_host_results_are_the_references_and_no_access_is_out_of_bounds(program, objects, tmp_path):
    image = tmp_path / program
    host_program.build(objects, image, [HERE / f"{program}.c", *kernel_program.kernel_sources()])
    done = subprocess.run([image], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize("core", emulated("cortex-m0", "cortex-m4", "rv32imac"))
@pytest.mark.parametrize("program", PROGRAMS)
def test_emulated_cores_give_the_references_results(program, core, kernel_objects, tmp_path):
    image = tmp_path / f"{program}.elf"
    core = emulation.CORES[core]
    parts = [HERE / f"{program}.c", *kernel_objects(core)]
    emulation.compile_program(core, parts, image, includes=kernel_program.INCLUDES)
    done = emulation.run(core, image)
    assert done.status == 0, done.text[-2000:]


# What the kernels promise at most; counts of instructions are exact.
LIMITS = {
    "mcu.conv_64x64_32x32.10": 1_200_000,
    "mcu.conv_64x64_32x32.5": 650_000,
    "mcu.conv_64x64_32x32.2": 380_000,
    "mcu.conv_64x64_32x32.pm1": 8_000_000,
    "mcu.dense_1024x256.5.size": 190_000,
    "mcu.dense_1024x256.5.size_worst": 190_000,
    "mcu.dense_1024x256.5.speed": 50_000,
    "mcu.dense_1024x256.5.speed_worst": 50_000,
}


@needs_tools_of("cortex-m4")
def test_instruction_counts_stay_within_their_limits(tmp_path):
    core = emulation.CORES["cortex-m4"]
    found = {}
    for program in ("bench_conv.c", "bench_dense.c"):
        image = tmp_path / "bench.elf"
        kernel_program.build(kernel_program.HERE / program, core, image)
        done = emulation.run(core, image)
        assert done.status == 0, done.text
        found.update(done.numbers)
    over = {k: (found[k], limit) for k, limit in LIMITS.items() if found[k] > limit}
    assert not over


@needs_tools_of("cortex-m4")
def test_all_kernels_together_fit_their_share_of_flash(tmp_path):
    assert kernel_program.code_bytes(emulation.CORES["cortex-m4"], tmp_path) <= 20 * 1024


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_every_c_file_compiles_without_warnings(compiler, tmp_path):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    sources = sorted((ROOT / "converter").glob("[kr]*/*/*.c"))
    assert {path.parent.name for path in sources} == FOLDERS
    subprocess.run(
        [
            compiler,
            "-std=c99",
            *WARNINGS,
            "-pthread",
            "-I",
            KERNELS / "include",
            "-I",
            ROOT / "converter" / "runtime",
            "-c",
            *sources,
        ],
        check=True,
        cwd=tmp_path,
    )
    assert len(list(tmp_path.glob("*.o"))) == len(sources)


@needs_tools_of("rv32imac")
def test_ops_are_counted_on_a_core_without_a_c_library(tmp_path):
    layer = K.Sequential([K.Input((40,)), sbnn_keras.SparseBinaryDense(3, connections=0.3)])
    (tmp_path / "m.tflite").write_bytes(sbnn_converter.convert_keras_model(layer))
    done = subprocess.run(
        [sys.executable, kernel_program.HERE / "ops.py", tmp_path / "m.tflite", "--core=rv32imac"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1].split()[1].replace(",", "")) > 100
