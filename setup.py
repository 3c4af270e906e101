"""Builds sbnn-keras: two Python packages and native libraries.

The native libraries are plain shared objects that TensorFlow Lite and
TensorFlow Lite Micro load at run time. They know nothing of Python, so one C
compiler is all that a build needs, and one wheel of a platform serves every
Python. Their sources travel in the wheel: the exports for microcontrollers
copy them out.

`keras3/backend.py` has it build the same under the name sbnn-keras3.
"""

import glob
import os
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import setuptools
from setuptools import Distribution, Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

if int(setuptools.__version__.partition(".")[0]) < 77:
    sys.exit(
        f"setuptools {setuptools.__version__} builds this package, wanted 77 or later: build with "
        "isolation, or 'pip install \"setuptools>=77,<81\"' into this environment"
    )

from setuptools.command.bdist_wheel import bdist_wheel

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
        # macOS makes bundles of them, which it loads under this name as it does Python's own.
        *package, name = ext_name.split(".")
        return "/".join([*package, f"lib{name}.so"])


class WheelForEveryPython(bdist_wheel):
    """Tags the wheel with its platform alone: nothing in it is compiled for one Python."""

    def get_tag(self):
        *_, platform = super().get_tag()
        return "py3", "none", platform


class NamedSourceArchive(sdist):
    """Writes the name and the dependencies of the distribution into its ``pyproject.toml``.

    The archive of another distribution than the tree's own is a tree of that name.
    """

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        folder = os.environ.get("SBNN_DISTRIBUTION")
        if folder:
            path = Path(base_dir) / "pyproject.toml"
            own = path.read_text(encoding="utf-8")
            other = (Path(folder) / "pyproject.toml").read_text(encoding="utf-8")
            path.unlink()  # it may be the tree's own file, linked
            path.write_text(with_requirements_of(other, own), encoding="utf-8")


def with_requirements_of(other: str, own: str) -> str:
    """The ``pyproject.toml`` ``own`` with name, dependencies and extras of ``other``."""
    for part in (
        r'^name = "[^"]*"$',
        r"^dependencies = \[$.*?^\]$",
        r"^\[project\.optional-dependencies\]$.*?(?=^\[)",
    ):
        pattern = re.compile(part, re.MULTILINE | re.DOTALL)
        (given,) = pattern.findall(other + "\n[")
        own, count = pattern.subn(lambda _, given=given: given, own)
        assert count == 1, part
    return own


class NamedDistribution(Distribution):
    """Has the name and the dependencies that stand in the folder of another distribution."""

    def _finalize_requires(self):
        # Called whenever names and dependencies have been set, from whichever file, and before.
        folder = os.environ.get("SBNN_DISTRIBUTION")
        if folder and self.metadata.name:
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
    cmdclass={
        "build_ext": BuildSharedLibrary,
        "bdist_wheel": WheelForEveryPython,
        "sdist": NamedSourceArchive,
    },
)
