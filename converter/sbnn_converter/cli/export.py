"""sbnn-export: from a finished .tflite file to folders that a firmware project takes in."""

from __future__ import annotations

import shlex
from pathlib import Path

from absl import flags

from sbnn_converter.cli import command, representative_data
from sbnn_converter.cli.command import UsageError
from sbnn_converter.cli.finished import make_of_file
from sbnn_converter.cli.product_flags import ProductFlags, path_of
from sbnn_converter.cli.products import Destinations
from sbnn_converter.cli.targets import check_targets
from sbnn_converter.saved.models import kind_of_saved_model

USAGE = """
Makes firmware sources of a finished .tflite file, without Keras and TensorFlow.

usage: sbnn-export FILE.tflite --micro_dir FOLDER | --c_dir FOLDER [--name NAME] [flags]

FILE.tflite is what sbnn-convert wrote. The folders hold libraries for CMake, Zephyr,
ESP-IDF, Arduino and PlatformIO; the README.md in them tells how to use them. With
--single_file, --c_dir gets one pair of C files instead.
"""

FLAGS = flags.FlagValues()
_PRODUCTS = ProductFlags(FLAGS)
_REPRESENTATIVE = flags.DEFINE_string(
    "representative_data",
    None,
    "A .npz file with an array of samples [n, ...] for each input, under the input's name "
    "(any name, if there is one input): the first sample becomes the test vector. Without "
    "it, a random one.",
    flag_values=FLAGS,
)


def export(arguments: list[str]) -> None:
    """Writes what the command line asks for and prints what came out.

    Raises:
      command.UsageError, ValueError, OSError, RuntimeError, ImportError: for what the
        user has to mend.
    """
    if len(arguments) != 1:
        raise UsageError(f"found {len(arguments)} files on the command line, wanted one .tflite")
    if not arguments[0]:
        raise UsageError("the file's name is empty: wanted a .tflite file")
    source = Path(arguments[0])
    destinations = _destinations(source)
    _PRODUCTS.check()
    _check_kind(source)
    sources = {"model": source}
    arrays = None
    if (samples := path_of(_REPRESENTATIVE)) is not None:
        sources["representative data"] = samples
        arrays = representative_data.read_arrays(samples)
    check_targets(sources, destinations.files(), destinations.folders())
    _PRODUCTS.check_packages()
    make_of_file(source, destinations, arrays)


def _destinations(source: Path) -> Destinations:
    found = _PRODUCTS.destinations(source.name)
    if found.micro_dir is None and found.c_dir is None:
        raise UsageError(
            "found neither --micro_dir nor --c_dir: say where to write, and whether for "
            "TensorFlow Lite Micro or as standalone C"
        )
    return found


def _check_kind(source: Path) -> None:
    kind = kind_of_saved_model(source)
    if kind is not None:
        command_line = shlex.join(["sbnn-convert", str(source)])
        raise ValueError(
            f"'{source}' is a saved Keras model ({kind}), wanted a .tflite file: convert it "
            f"first, with {command_line}, which takes --micro_dir and --c_dir, too"
        )


def run() -> None:
    """Entry point of the ``sbnn-export`` command."""
    command.run("sbnn-export", USAGE, FLAGS, export)
