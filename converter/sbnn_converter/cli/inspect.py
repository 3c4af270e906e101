"""sbnn-inspect: what a .tflite file holds, with its weights decoded."""

from __future__ import annotations

import json
from pathlib import Path

from absl import flags

from sbnn_converter.cli import command
from sbnn_converter.cli.product_flags import check_finite
from sbnn_converter.cost_model import timing
from sbnn_converter.emulation.profile import PROFILED
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
    list(PROFILED),
    "Run the model as standalone C on this core in QEMU and print the instructions of "
    "each op instead, with their cycles, estimated.",
    flag_values=FLAGS,
)

_MHZ = flags.DEFINE_float(
    "mhz",
    None,
    "Clock of the board in MHz for --profile: milliseconds are printed beside cycles.",
    lower_bound=0.0,
    flag_values=FLAGS,
)

_WAIT_STATES = flags.DEFINE_integer(
    "wait_states",
    None,
    "Cycles that a word of the board's flash takes longer than one, for --profile.",
    lower_bound=0,
    upper_bound=100,
    flag_values=FLAGS,
)

USAGE = """
Tells what a converted model holds: its binary layers, with their weights decoded
back, and what they cost.

usage: sbnn-inspect MODEL.tflite [--json] [--profile CORE [--mhz F] [--wait_states N]]
"""


def inspect(arguments: list[str]) -> None:
    """Prints what the file named on the command line holds.

    Raises:
      command.UsageError, ValueError, OSError: for what the user has to mend.
    """
    if len(arguments) != 1:
        raise command.UsageError(f"found {len(arguments)} files on the command line, wanted one")
    if not arguments[0]:
        raise command.UsageError("the file's name is empty: wanted a .tflite file")
    _check_flags()
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
        return
    with command.printing():
        if _JSON.value:
            print(json.dumps(as_document(inspection)))
        else:
            print_summary(inspection)


def _check_flags() -> None:
    for flag in (_MHZ, _WAIT_STATES):
        if flag.value is not None and _PROFILE.value is None:
            raise command.UsageError(f"--{flag.name} needs --profile: name the board's core")
        if flag.value is not None and _PROFILE.value not in timing.COUNTED:
            raise command.UsageError(
                f"--{flag.name}: no cycles are known for '{_PROFILE.value}', wanted one of "
                f"{', '.join(sorted(timing.COUNTED))}"
            )
    if _MHZ.value == 0:
        raise command.UsageError("--mhz is 0: wanted a number above 0")
    check_finite(_MHZ)


def _print_profile(path: Path, core: str) -> None:
    from sbnn_converter.emulation.profile import profile
    from sbnn_converter.report.profile_table import print_profile

    with command.progress(f"compiling and running '{path}' on an emulated {core}"):
        found = profile(path, core, wait_states=_WAIT_STATES.value or 0)
    with command.printing():
        if _JSON.value:
            print(json.dumps(found.as_dict()))
        else:
            print_profile(found, mhz=_MHZ.value)


def _names(ops: list[str]) -> str:
    different = list(dict.fromkeys(ops))
    return ", ".join(different[:5]) + (", ..." if len(different) > 5 else "")


def run() -> None:
    """Entry point of the ``sbnn-inspect`` command."""
    command.run("sbnn-inspect", USAGE, FLAGS, inspect)
