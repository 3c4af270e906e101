"""The C kernels agree with their references: on the host and on Cortex-M in QEMU."""

import functools
import pathlib
import shutil
import subprocess

import pytest

import host_program
import kernel_program
from sbnn_converter import emulation
from sbnn_converter.export import c_sources

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KERNELS = ROOT / "converter" / "kernels"

# What the vectors of a Cortex-M55 have code of their own for.
WITH_VECTORS = ["test_conv2d", "test_plane_sums", "test_planes"]
PROGRAMS = [
    "test_connections",
    "test_conv2d",
    "test_dense",
    "test_max_pool2d",
    "test_plane_sums",
    "test_planes",
]
# Where C sources are; one that is missing here would not be compiled.
FOLDERS = {"src", "host", "c", "micro", "ops", "plan", "tflite"}
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Werror"]


def needs_tools_of(core: str):
    missing = emulation.missing_tools(emulation.CORES[core])
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {missing}")


@pytest.fixture(scope="module")
def references(tmp_path_factory):
    """A function from a core to the objects of references for it."""

    @functools.cache
    def compiled(core: emulation.Core) -> list[pathlib.Path]:
        folder = tmp_path_factory.mktemp(core.name)

        def object_of(source):
            out = folder / f"{source.stem}.o"
            emulation.compile_object(core, source, out, includes=kernel_program.INCLUDES)
            return out

        return [object_of(source) for source in host_program.REFERENCES]

    return compiled


def kernels_for(core: emulation.Core, kernels) -> list[pathlib.Path]:
    return kernels.objects(core, c_sources.kernel_sources(), emulation.FLAGS)


def emulated(*cores: str):
    return [pytest.param(core, marks=needs_tools_of(core)) for core in cores]


@pytest.mark.parametrize("program", PROGRAMS)
def test_host_results_are_the_references_and_no_access_is_out_of_bounds(program, objects, tmp_path):
    image = tmp_path / program
    host_program.build(objects, image, [HERE / f"{program}.c", *kernel_program.kernel_sources()])
    done = subprocess.run([image], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize(
    "core", emulated("cortex-m0", "cortex-m4", "cortex-m55", "rv32imac", "rv32imac_zbb")
)
@pytest.mark.parametrize("program", PROGRAMS)
def test_emulated_cores_give_the_references_results(program, core, kernels, references, tmp_path):
    if core == "cortex-m55" and program not in WITH_VECTORS:
        pytest.skip("the code is the Cortex-M4's")
    image = tmp_path / f"{program}.elf"
    core = emulation.CORES[core]
    parts = [HERE / f"{program}.c", *kernels_for(core, kernels), *references(core)]
    emulation.compile_program(core, parts, image, includes=kernel_program.INCLUDES)
    done = emulation.run(core, image)
    assert done.status == 0, done.text[-2000:]


# What the kernels promise at most; counts of instructions are exact.
LIMITS = {
    "mcu.conv_64x64_32x32.10": 1_200_000,
    "mcu.conv_64x64_32x32.5": 650_000,
    "mcu.conv_64x64_32x32.2": 380_000,
    "mcu.conv_64x64_32x32.pm1": 8_000_000,
    "mcu.conv_64x64_32x32.5_signed_small": 650_000,
    "mcu.conv_64x64_32x32.5_signed_2bit": 1_298_000,
    "mcu.conv_64x64_32x32.5_signed_stream": 860_000,
    "mcu.dense_1024x256.5.size": 190_000,
    "mcu.dense_1024x256.5.size_worst": 190_000,
    "mcu.dense_1024x256.5.speed": 50_000,
    "mcu.dense_1024x256.5.speed_worst": 50_000,
}


@pytest.mark.slow
@needs_tools_of("cortex-m4")
def test_instruction_counts_stay_within_their_limits(kernels, references, tmp_path):
    core = emulation.CORES["cortex-m4"]
    found = {}
    for program in ("bench_conv.c", "bench_dense.c"):
        image = tmp_path / "bench.elf"
        program = kernel_program.BENCHMARKS / program
        parts = [program, *kernels_for(core, kernels), *references(core)]
        emulation.compile_program(core, parts, image, includes=kernel_program.INCLUDES)
        done = emulation.run(core, image)
        assert done.status == 0, done.text
        found.update(done.numbers)
    over = {k: (found[k], limit) for k, limit in LIMITS.items() if found[k] > limit}
    assert not over


@pytest.mark.slow
@needs_tools_of("cortex-m4")
def test_all_kernels_together_fit_their_share_of_flash(kernels):
    core = emulation.CORES["cortex-m4"]
    # Signs, activations of several bits and streams are in it. No network needs all of them.
    assert emulation.image_size(core, *kernels_for(core, kernels)).flash <= 42 * 1024


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_every_c_file_is_without_warnings(compiler):
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
            "-fsyntax-only",
            *sources,
        ],
        check=True,
    )
