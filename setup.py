"""Builds sbnn-keras: two Python packages and native libraries.

The native libraries are plain shared objects that TensorFlow Lite and
TensorFlow Lite Micro load at run time. They know nothing of Python, so one C
compiler is all that a build needs. Their sources travel in the wheel: the
exports for microcontrollers copy them out.

`keras3/backend.py` has it build the same under the name sbnn-keras3.
"""

import glob
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from setuptools import Distribution, Extension, setup
from setuptools.command.build_ext import build_ext

KERNELS = "converter/kernels"
RUNTIME = "converter/runtime"

SHARED_SOURCES = sorted(glob.glob(f"{KERNELS}/src/*.c") + glob.glob(f"{RUNTIME}/ops/*.c"))
# What only hosts have room for: decoded weights, vectors, threads.
HOST_SOURCES = sorted(glob.glob(f"{KERNELS}/host/*.c") + glob.glob(f"{RUNTIME}/host/*.c"))
HEADERS = sorted(
    glob.glob(f"{KERNELS}/include/sbnn/*.h")
    + glob.glob(f"{KERNELS}/src/*.h")
    + glob.glob(f"{KERNELS}/host/*.h")
    + glob.glob(f"{RUNTIME}/*/*.h")
)
# The kernels promise the float results of plain IEEE arithmetic: contraction
# into fused multiply-adds would round differently on different machines.
C_FLAGS = ["-std=c99", "-O3", "-fvisibility=hidden", "-ffp-contract=off", "-pthread"]


def compile_once_in_parallel(compile: Callable) -> Callable:
    """The ``compile`` of a compiler, for which libraries share the objects of equal flags."""
    found: dict[tuple[str, ...], str] = {}

    def compile_all(sources, output_dir, extra_postargs, **options):
        keys = [(source, *extra_postargs) for source in sources]
        missing = [key for key in keys if key not in found]
        defines = [flag for flag in extra_postargs if flag.startswith("-D")]
        folder = os.path.join(output_dir, *defines)

        def compile_one(key):
            (result,) = compile(
                key[:1], output_dir=folder, extra_postargs=extra_postargs, **options
            )
            return result

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found.update(zip(missing, pool.map(compile_one, missing)))
        return [found[key] for key in keys]

    return compile_all


class BuildSharedLibrary(build_ext):
    """Builds shared libraries under plain names, without a Python init symbol."""

    def build_extensions(self):
        self.compiler.compile = compile_once_in_parallel(self.compiler.compile)
        super().build_extensions()

    def get_export_symbols(self, ext):
        return ext.export_symbols

    def get_ext_filename(self, ext_name):
        *package, name = ext_name.split(".")
        return "/".join([*package, f"lib{name}.so"])


class NamedDistribution(Distribution):
    """Has the name and the dependencies that stand in the folder of another distribution."""

    def _finalize_requires(self):
        # Called whenever names and dependencies have been set, from whichever file.
        folder = os.environ.get("SBNN_DISTRIBUTION")
        if folder:
            project = read_toml(Path(folder) / "pyproject.toml")["project"]
            self.metadata.name = project["name"]
            self.install_requires = list(project["dependencies"])
            self.extras_require = dict(project["optional-dependencies"])
        super()._finalize_requires()


def read_toml(path: Path) -> dict:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(path.read_text(encoding="utf-8"))


def shared_library(name: str, binding: str, *defines: str, more: Sequence[str] = ()) -> Extension:
    """The kernels and ops, and one thin binding around them, as one library."""
    return Extension(
        f"sbnn_converter.native.{name}",
        sources=[*SHARED_SOURCES, *more, *sorted(glob.glob(f"{RUNTIME}/{binding}/*.c"))],
        depends=HEADERS,
        include_dirs=[f"{KERNELS}/include", RUNTIME],
        # The environment has the last word: -O0 builds in a quarter of the time.
        extra_compile_args=[
            *C_FLAGS,
            *(f"-D{define}" for define in defines),
            *shlex.split(os.environ.get("CFLAGS", "")),
        ],
        extra_link_args=["-pthread"],
    )


setup(
    ext_modules=[
        shared_library("sbnn_tflite", "tflite", more=HOST_SOURCES),
        shared_library("sbnn_micro", "micro"),
        shared_library("sbnn_plan", "plan", "SBNN_POINTER_BYTES=4u"),
    ],
    distclass=NamedDistribution,
    cmdclass={"build_ext": BuildSharedLibrary},
)
