"""sbnn-inspect: what a .tflite file holds, with its weights decoded."""

from __future__ import annotations

import json
from pathlib import Path

from absl import flags

from sbnn_converter.cli import command
from sbnn_converter.emulation import CORES
from sbnn_converter.inspection import inspect_model
from sbnn_converter.report.document import as_document
from sbnn_converter.report.summary import print_summary
from sbnn_converter.tflite.model_file import read_model

FLAGS = flags.FlagValues()
_JSON = flags.DEFINE_boolean(
    "json",
    False,
    "Print a JSON document instead of a table, with the index of every connection.",
    flag_values=FLAGS,
)

_PROFILE = flags.DEFINE_enum(
    "profile",
    None,
    list(CORES),
    "Run the model as standalone C on this core in QEMU and print the instructions of "
    "each op instead.",
    flag_values=FLAGS,
)

USAGE = """
Tells what a converted model holds: its binary layers, with their weights decoded
back, and what they cost.

usage: sbnn-inspect MODEL.tflite [--json] [--profile CORE]
"""


def inspect(arguments: list[str]) -> None:
    """Prints what the file named on the command line holds.

    Raises:
      command.UsageError, ValueError, OSError: for what the user has to mend.
    """
    if len(arguments) != 1:
        raise command.UsageError(f"found {len(arguments)} files on the command line, wanted one")
    path = Path(arguments[0])
    content = read_model(path)
    try:
        inspection = inspect_model(content)
    except ValueError as error:
        raise ValueError(f"'{path}': {error}") from error
    if not any(name.startswith("Sbnn") for name in inspection.other_ops) and (
        not inspection.layers
    ):
        raise ValueError(
            f"'{path}' holds no SBNN ops, only {_names(inspection.other_ops)}; wanted "
            "a file that sbnn-convert wrote from a model with binary layers"
        )
    if _PROFILE.value is not None:
        _print_profile(path, _PROFILE.value)
    elif _JSON.value:
        print(json.dumps(as_document(inspection)))
    else:
        print_summary(inspection)


def _print_profile(path: Path, core: str) -> None:
    from sbnn_converter.emulation.profile import profile
    from sbnn_converter.report.profile_table import print_profile

    with command.progress(f"compiling and running '{path}' on an emulated {core}"):
        found = profile(path, core)
    if _JSON.value:
        print(json.dumps(found.as_dict()))
    else:
        print_profile(found)


def _names(ops: list[str]) -> str:
    different = list(dict.fromkeys(ops))
    return ", ".join(different[:5]) + (", ..." if len(different) > 5 else "")


def run() -> None:
    """Entry point of the ``sbnn-inspect`` command."""
    command.run("sbnn-inspect", USAGE, FLAGS, inspect)
