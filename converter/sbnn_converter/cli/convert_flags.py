"""The flags of sbnn-convert, and one checked request made of them.

All that can be told without TensorFlow is told here: loading it takes seconds, and a
conversion minutes.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import math
import os
from pathlib import Path

import numpy as np
from absl import flags

from sbnn_converter.cli import command, representative_data
from sbnn_converter.cli.command import UsageError
from sbnn_converter.cli.products import Destinations
from sbnn_converter.cli.targets import check_targets
from sbnn_converter.cost_model.board import Board
from sbnn_converter.cost_model.estimate import cores
from sbnn_converter.forms import GOALS
from sbnn_converter.saved.models import check_saved_model
from sbnn_converter.tflite.model_file import is_flatbuffer
from sbnn_converter.weights.code import CHOICES

_TYPES = ["float32", "int8", "uint8"]

FLAGS = flags.FlagValues()
_OUTPUT = flags.DEFINE_string(
    "output",
    None,
    "File to write. Default: the model's name with .tflite behind it. An "
    "existing file is replaced only once everything has succeeded.",
    short_name="o",
    flag_values=FLAGS,
)
_INPUT_TYPE = flags.DEFINE_enum(
    "inference_input_type",
    "float32",
    _TYPES,
    "Type of the converted model's inputs.",
    flag_values=FLAGS,
)
_OUTPUT_TYPE = flags.DEFINE_enum(
    "inference_output_type",
    "float32",
    _TYPES,
    "Type of its outputs.",
    flag_values=FLAGS,
)
_REPRESENTATIVE = flags.DEFINE_string(
    "representative_data",
    None,
    "A .npz file with an array of samples [n, ...] for each input, under the "
    "input's name (any name, if there is one input). With it, everything that is "
    "not binary becomes int8; --verify runs these samples. A hundred will do. An array "
    "'labels' with their classes lets --verify tell the accuracy, too.",
    flag_values=FLAGS,
)
_WEIGHT_CODE = flags.DEFINE_enum(
    "weight_code",
    "auto",
    list(CHOICES),
    "Code of the binary weights; auto takes what --optimize_for says, any other one is "
    "taken for all layers that have it.",
    flag_values=FLAGS,
)
_OPTIMIZE_FOR = flags.DEFINE_enum(
    "optimize_for",
    None,
    list(GOALS),
    "size: the smallest file; speed: the fewest instructions on a microcontroller. "
    "Default: the smallest file that takes at most 1.5 times the instructions of the "
    "fastest.",
    flag_values=FLAGS,
)
_TARGET_MCU = flags.DEFINE_enum(
    "target_mcu",
    None,
    list(cores()),
    "Microcontroller core: prints what the network takes there, estimated, and "
    "chooses the layers' forms for it.",
    flag_values=FLAGS,
)
_FLASH_KB = flags.DEFINE_float(
    "flash_kb",
    None,
    "Flash of the board in KB (of 1,024 bytes) for --target_mcu: fails, and writes "
    "nothing, if the network does not fit.",
    lower_bound=0.0,
    flag_values=FLAGS,
)
_RAM_KB = flags.DEFINE_float(
    "ram_kb",
    None,
    "RAM of the board in KB, likewise; the fastest form that fits it is taken.",
    lower_bound=0.0,
    flag_values=FLAGS,
)
_VERIFY = flags.DEFINE_integer(
    "verify",
    None,
    "Run this many samples through Keras and the converted model and fail if they "
    "differ: representative ones if given, else random ones.",
    lower_bound=1,
    flag_values=FLAGS,
)
_TOLERANCE = flags.DEFINE_float(
    "tolerance",
    None,
    "Largest difference that --verify lets pass, as a share of the largest output. "
    "Default: 0.0001, or 0.05 with --representative_data.",
    lower_bound=0.0,
    flag_values=FLAGS,
)
_REPORT = flags.DEFINE_string("report", None, "HTML file to write a report to.", flag_values=FLAGS)

_MICRO_DIR = flags.DEFINE_string(
    "micro_dir",
    None,
    "Folder to write for TensorFlow Lite Micro: the model as a C array, kernels, op "
    "registrations, a test vector, an example, and descriptors for CMake, ESP-IDF, "
    "Zephyr, Arduino and PlatformIO. A new or an empty folder, or an earlier export.",
    flag_values=FLAGS,
)

_C_DIR = flags.DEFINE_string(
    "c_dir",
    None,
    "Folder to write standalone C99 to: the network without an interpreter, with the "
    "kernels that it needs. A new or an empty folder, or an earlier export.",
    flag_values=FLAGS,
)

_TRUST_CODE = flags.DEFINE_boolean(
    "trust_code",
    False,
    "Run Python code that the model holds, as of Lambda layers. It may do anything that "
    "you may: only for files whose origin you know.",
    flag_values=FLAGS,
)

# What only a Keras model can be asked for.
_KERAS_ONLY = (
    _OUTPUT,
    _INPUT_TYPE,
    _OUTPUT_TYPE,
    _WEIGHT_CODE,
    _OPTIMIZE_FOR,
    _VERIFY,
    _TOLERANCE,
    _TRUST_CODE,
)


@dataclasses.dataclass(frozen=True)
class Request:
    """What the command line asks for, checked as far as that needs no TensorFlow.

    Attributes:
      source: the model.
      is_finished: it is a .tflite file already.
      destinations: where to write what.
      arrays: the representative data, by name; None without.
      options: of ``convert_keras_model``, without the representative data.
      verify: how many samples to compare; None: do not.
      tolerance: what the comparison lets pass; None: what suits the samples.
      trust_code: whether code in the model may run.
    """

    source: Path
    is_finished: bool
    destinations: Destinations
    arrays: dict[str, np.ndarray] | None
    options: dict
    verify: int | None
    tolerance: float | None
    trust_code: bool


def read_request(arguments: list[str]) -> Request:
    """Makes a request of the flags and of what is no flag.

    Raises:
      UsageError, ValueError, OSError, ImportError: for what the user has to mend.
    """
    if len(arguments) != 1:
        raise UsageError(f"found {len(arguments)} models on the command line, wanted one")
    if not arguments[0]:
        raise UsageError("the model's name is empty: wanted a file or a folder")
    source = Path(arguments[0])
    is_finished = is_flatbuffer(source)
    if is_finished:
        _check_finished(source)
    else:
        check_saved_model(source)
    _check_combinations()
    destinations = _destinations(source, is_finished)
    _check_places(source, destinations)
    _check_packages(source, is_finished)
    arrays = None
    if _REPRESENTATIVE.value is not None:
        arrays = representative_data.read_arrays(Path(_REPRESENTATIVE.value))
    return Request(
        source=source,
        is_finished=is_finished,
        destinations=destinations,
        arrays=arrays,
        options={
            "inference_input_type": _INPUT_TYPE.value,
            "inference_output_type": _OUTPUT_TYPE.value,
            "weight_code": _WEIGHT_CODE.value,
            "optimize_for": _OPTIMIZE_FOR.value,
            "target_mcu": _TARGET_MCU.value,
            "ram_kb": _RAM_KB.value,
        },
        verify=_VERIFY.value,
        tolerance=_TOLERANCE.value,
        trust_code=_TRUST_CODE.value,
    )


def _check_finished(source: Path) -> None:
    """Checks what is asked of a .tflite file, which is not converted again."""
    wrong = [f"--{flag.name}" for flag in _KERAS_ONLY if flag.value != flag.default]
    if wrong:
        raise UsageError(
            f"{', '.join(wrong)}: only for a Keras model, but '{source}' is a finished "
            ".tflite file; name the Keras model that it was made of"
        )
    asked = (_MICRO_DIR, _C_DIR, _REPORT, _TARGET_MCU)
    if not any(flag.value for flag in asked):
        raise UsageError(
            f"'{source}' is a finished .tflite file: say what to make of it, with "
            f"{', '.join(f'--{flag.name}' for flag in asked)} (sbnn-inspect tells what it "
            "holds)"
        )
    if _REPRESENTATIVE.value is not None and _MICRO_DIR.value is None:
        raise UsageError(
            f"--representative_data needs --micro_dir, where '{source}' is finished: it "
            "gives the test vector there"
        )


def _check_combinations() -> None:
    if _REPRESENTATIVE.value is None:
        for flag in (_INPUT_TYPE, _OUTPUT_TYPE):
            if flag.value != "float32":
                raise UsageError(
                    f"--{flag.name}={flag.value} needs --representative_data: the ranges of "
                    "the values are taken from a hundred typical inputs"
                )
    if Board(_FLASH_KB.value, _RAM_KB.value).known and _TARGET_MCU.value is None:
        raise UsageError("--flash_kb and --ram_kb need --target_mcu: name the board's core")
    for flag in (_RAM_KB, _FLASH_KB):
        if flag.value == 0:
            raise UsageError(f"--{flag.name} is 0: wanted a number above 0")
    for flag in (_RAM_KB, _FLASH_KB, _TOLERANCE):
        if flag.value is not None and not math.isfinite(flag.value):
            raise UsageError(f"--{flag.name} is {flag.value}: wanted a finite number")
    if _TOLERANCE.value is not None and _VERIFY.value is None:
        raise UsageError("--tolerance needs --verify: say how many samples to compare")


def _destinations(source: Path, is_finished: bool) -> Destinations:
    target = _path(_OUTPUT) or _tflite_name(source)
    return Destinations(
        title=source.name if is_finished else target.name,
        output=None if is_finished else target,
        report=_path(_REPORT),
        micro_dir=_path(_MICRO_DIR),
        c_dir=_path(_C_DIR),
        core=_TARGET_MCU.value,
        board=Board(_FLASH_KB.value, _RAM_KB.value),
        optimize_for=_OPTIMIZE_FOR.value,
    )


def _tflite_name(source: Path) -> Path:
    """The model's name with .tflite behind it, beside the model."""
    if source.name in ("", ".."):
        source = Path(os.path.realpath(source))
    # A dot in a folder's name begins no suffix.
    name = source.name if source.is_dir() else source.stem
    return source.with_name(f"{name or 'model'}.tflite")


def _path(flag: flags.FlagHolder) -> Path | None:
    if flag.value == "":
        raise UsageError(f"--{flag.name} is empty: wanted a name")
    if flag.value is None:
        return None
    if flag.name in (_OUTPUT.name, _REPORT.name) and flag.value.endswith("/"):
        raise UsageError(f"--{flag.name} is '{flag.value}', a folder: wanted a file's name")
    return Path(flag.value)


def _check_places(source: Path, destinations: Destinations) -> None:
    sources = {"model": source}
    if _REPRESENTATIVE.value is not None:
        sources["representative data"] = Path(_REPRESENTATIVE.value)
    check_targets(sources, destinations.files(), destinations.folders())


def _check_packages(source: Path, is_finished: bool) -> None:
    if not is_finished:
        _check_package("tensorflow", "a Keras model")
        for module in _keras_of(source):
            _check_package(module, "a Keras model")
    if _MICRO_DIR.value is not None:
        _check_package("tflite_micro", "--micro_dir", "'sbnn-keras[micro]'")


def _check_package(module: str, what: str, package: str | None = None) -> None:
    if importlib.util.find_spec(module) is None:
        raise ImportError(
            f"{what} needs the package {module}, which is not installed: "
            f"pip install {package or module}"
        )


def _keras_of(source: Path) -> tuple[str, ...]:
    """The packages that a saved model is opened and read with."""
    with command.progress(f"reading {source}"):
        # Loads TensorFlow where the environment asks for Keras 2.
        from sbnn_keras.front import KERAS_2, is_installed
        from sbnn_keras.opening import read_saved

        saved = read_saved(str(source))
    of_keras_2 = ("tf_keras", "larq")
    if saved is not None and saved.front == KERAS_2:
        return of_keras_2
    # Models of Keras 3 are moved to Keras 2 where that is installed.
    return () if all(map(is_installed, of_keras_2)) else ("keras",)
