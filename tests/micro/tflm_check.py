"""Builds exported folders in a checkout of TensorFlow Lite Micro and runs them.

    TFLM_DIR=~/tflite-micro make tflm-check

needs the libraries that the checkout's own makefile builds, one or both:

    make -f tensorflow/lite/micro/tools/make/Makefile microlite
    make -f tensorflow/lite/micro/tools/make/Makefile microlite \\
        TARGET=cortex_m_generic TARGET_ARCH=cortex-m4

They are looked for in the checkout's ``gen`` folder. ``TFLM_LIBRARY`` (host) and
``TFLM_CORTEX_M_LIBRARY`` name others; ``TFLM_INCLUDES`` names the folders with the
headers of flatbuffers, gemmlowp and ruy, separated by colons, if they are not in the
makefile's ``downloads``. The host program is built by the folder's CMakeLists.txt, the
other runs in QEMU.
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "converter")]


# The smallest core of each architecture.
_CORES = {
    "v6S-M": "cortex-m0",
    "v6-M": "cortex-m0",
    "v7": "cortex-m3",
    "v7E-M": "cortex-m4",
    "v8-M.mainline": "cortex-m33",
}


@dataclasses.dataclass(frozen=True)
class Tree:
    """A checkout and what was built from it."""

    folder: Path
    includes: list[Path]
    host_library: Path | None
    cortex_m_library: Path | None


def find_tree() -> Tree | None:
    """The checkout that the environment names; ``None`` if it names none.

    Raises:
      FileNotFoundError: something is not where it should be; the message says what.
    """
    if not os.environ.get("TFLM_DIR"):
        return None
    folder = Path(os.environ["TFLM_DIR"]).expanduser().resolve()
    if not (folder / "tensorflow/lite/micro/micro_interpreter.h").is_file():
        raise FileNotFoundError(f"TFLM_DIR='{folder}' is no checkout of tflite-micro")
    if os.environ.get("TFLM_INCLUDES"):
        includes = [Path(p).resolve() for p in os.environ["TFLM_INCLUDES"].split(":")]
    else:
        downloads = folder / "tensorflow/lite/micro/tools/make/downloads"
        includes = [downloads / p for p in ("flatbuffers/include", "gemmlowp", "ruy")]
    for include in includes:
        if not include.is_dir():
            raise FileNotFoundError(
                f"'{include}' does not exist: run the checkout's makefile once "
                "(third_party_downloads), or name the folders in TFLM_INCLUDES"
            )
    host = _library(folder, "TFLM_LIBRARY", "linux_x86_64*")
    cortex_m = _library(folder, "TFLM_CORTEX_M_LIBRARY", "cortex_m_generic_cortex-m*")
    if host is None and cortex_m is None:
        raise FileNotFoundError(
            f"'{folder}/gen' holds no libtensorflow-microlite.a for x86-64 or Cortex-M: "
            "build one with 'make -f tensorflow/lite/micro/tools/make/Makefile microlite', "
            "or name it in TFLM_LIBRARY or TFLM_CORTEX_M_LIBRARY"
        )
    return Tree(folder, includes, host, cortex_m)


def _library(folder: Path, variable: str, target: str) -> Path | None:
    if os.environ.get(variable):
        path = Path(os.environ[variable]).expanduser().resolve()
        if not path.is_file():
            raise FileNotFoundError(f"{variable}='{path}' does not exist")
        return path
    found = sorted(folder.glob(f"gen/{target}/lib/libtensorflow-microlite.a"))
    return found[0] if found else None


def run_on_host(tree: Tree, folder: Path, name: str, build: Path) -> str:
    """Builds with the exported CMakeLists.txt and runs; returns the program's output."""
    includes = ";".join(map(str, tree.includes))
    _run(
        "cmake",
        "-S",
        folder,
        "-B",
        build,
        f"-DTFLM_DIR={tree.folder}",
        f"-DTFLM_LIBRARY={tree.host_library}",
        f"-DTFLM_INCLUDES={includes}",
        "-DCMAKE_BUILD_TYPE=Release",
    )
    _run("cmake", "--build", build)
    return _run(build / name / f"{name}-test")


def run_on_cortex_m(tree: Tree, folder: Path, build: Path) -> str:
    """Builds for the core that the library was built for and runs it in QEMU."""
    from sbnn_converter import emulation

    core = _core(tree.cortex_m_library)
    emulation.require_tools(core)
    build.mkdir()
    common = [
        *core.flags,
        "-Os",
        "-ffunction-sections",
        "-fdata-sections",
        "-ffp-contract=off",
        *(f"-I{path}" for path in sorted(folder.glob("*/src"))),
    ]
    log_header = (tree.folder / "tensorflow/lite/micro/debug_log.h").read_text()
    takes_arguments = ["-DDEBUG_LOG_TAKES_ARGUMENTS"] if "va_list" in log_header else []
    cplusplus = [
        "-std=c++17",
        "-fno-rtti",
        "-fno-exceptions",
        "-fno-threadsafe-statics",
        "-DTF_LITE_STATIC_MEMORY",
        *takes_arguments,
        "-I",
        emulation.compile.BOARD,
        *(f"-isystem{path}" for path in (tree.folder, *tree.includes)),
    ]
    objects = []
    for suffix, compiler, flags in (
        (".c", "arm-none-eabi-gcc", ["-std=c99"]),
        (".cpp", "arm-none-eabi-g++", cplusplus),
    ):
        sources = sorted(folder.glob(f"*/src/**/*{suffix}"))
        if suffix == ".cpp":
            sources += [*folder.glob("*/main.cpp"), HERE / "qemu_log.cpp"]
        for source in sources:
            objects.append(build / f"{len(objects)}.o")
            _run(compiler, *common, *flags, "-c", source, "-o", objects[-1])
    image = build / "firmware.elf"
    emulation.compile_program(
        core,
        [*objects, tree.cortex_m_library, "-lstdc++", "-lm", "-lc"],
        image,
        # The C library takes its heap, which stays empty, from behind the variables.
        flags=[
            *emulation.FLAGS,
            "-specs=nosys.specs",
            "-Wl,--defsym=end=sbnn_bss_end",
            "-Wl,--wrap=main",
        ],
    )
    done = emulation.run(core, image)
    size = emulation.image_size(core, image)
    text = (
        f"{done.text}{core.name}: {size.flash} bytes of flash, {size.ram} of RAM beside the stack\n"
    )
    if done.status != 0:
        raise RuntimeError(f"the firmware ended with status {done.status}:\n{text}")
    return text


def _core(library: Path):
    """The emulated core, with the flags of the compiler that built ``library``."""
    from sbnn_converter import emulation

    attributes = _run("arm-none-eabi-readelf", "-A", library)
    found = re.search(r"Tag_CPU_arch: (\S+)", attributes)
    architecture = found[1] if found else "unknown"
    if architecture not in _CORES:
        raise RuntimeError(
            f"'{library}' is built for {architecture}; wanted one of {', '.join(_CORES)}"
        )
    name = _CORES[architecture]
    # As GCC's -mfloat-abi says it, and the unit that these cores have.
    abi, unit = "soft", ()
    if "Tag_FP_arch" in attributes:
        abi = "hard" if "Tag_ABI_VFP_args" in attributes else "softfp"
        unit = ("-mfpu=" + ("fpv5-sp-d16" if name == "cortex-m33" else "fpv4-sp-d16"),)
    flags = (f"-mcpu={name}", "-mthumb", f"-mfloat-abi={abi}", *unit)
    return dataclasses.replace(emulation.CORES[name], flags=flags)


def _run(*command) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout + done.stderr


def models(count: int):
    """Two networks with ``count`` samples each: floats around, and int8 throughout."""
    import numpy as np

    import sbnn_converter
    from networks import digits_net, pixels

    rng = np.random.default_rng(1)
    samples = pixels(rng, count)
    network = digits_net()
    yield "digits", sbnn_converter.convert_keras_model(network), samples
    int8 = dict(inference_input_type="int8", inference_output_type="int8")
    model = sbnn_converter.convert_keras_model(
        network, representative_dataset=lambda: ([x[None]] for x in samples), **int8
    )
    yield "digits_int8", model, samples


def main() -> int:
    try:
        tree = find_tree()
    except FileNotFoundError as error:
        print(f"tflm-check: error: {error}", file=sys.stderr)
        return 1
    if tree is None:
        print("tflm-check: SKIPPED, TFLM_DIR is not given; docs/tflm.md tells more")
        return 0
    from sbnn_converter.micro_export import export_micro

    for library, target in ((tree.host_library, "host"), (tree.cortex_m_library, "Cortex-M")):
        if library is None:
            print(f"tflm-check: {target} SKIPPED, no library was built for it")
    with tempfile.TemporaryDirectory() as temporary:
        for name, model, samples in models(20):
            folder = export_micro(model, Path(temporary) / name, name=name, samples=samples)
            try:
                if tree.host_library:
                    print(
                        f"tflm-check: {name} on the host\n"
                        + run_on_host(tree, folder, name, Path(temporary) / f"{name}-host")
                    )
                if tree.cortex_m_library:
                    print(
                        f"tflm-check: {name} in QEMU\n"
                        + run_on_cortex_m(tree, folder, Path(temporary) / f"{name}-qemu")
                    )
            except (RuntimeError, OSError) as error:
                print(f"tflm-check: error: {name}: {error}", file=sys.stderr)
                return 1
    print("tflm-check: all outputs as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
