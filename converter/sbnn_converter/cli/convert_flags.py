"""The flags of sbnn-convert, and one checked request made of them.

All that can be told without TensorFlow is told here: loading it takes seconds, and a
conversion minutes.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
from absl import flags

from sbnn_converter.cli import command, representative_data
from sbnn_converter.cli.command import UsageError
from sbnn_converter.cli.product_flags import (
    ProductFlags,
    check_finite,
    check_package,
    file_of,
)
from sbnn_converter.cli.products import Destinations
from sbnn_converter.cli.targets import check_targets
from sbnn_converter.forms import GOALS
from sbnn_converter.saved.models import check_saved_model
from sbnn_converter.tflite.model_file import is_flatbuffer
from sbnn_converter.weights.code import CHOICES

_TYPES = ["float32", "int8", "uint8"]

FLAGS = flags.FlagValues()
_PRODUCTS = ProductFlags(FLAGS)
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
    "Type of its outputs; float32 is never rounded to int8 on the way from the last binary layer.",
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
            "target_mcu": _PRODUCTS.target_mcu.value,
            "ram_kb": _PRODUCTS.ram_kb.value,
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
    asked = (_PRODUCTS.micro_dir, _PRODUCTS.c_dir, _PRODUCTS.report, _PRODUCTS.target_mcu)
    if not any(flag.value for flag in asked):
        raise UsageError(
            f"'{source}' is a finished .tflite file: say what to make of it, with "
            f"{', '.join(f'--{flag.name}' for flag in asked)} (sbnn-inspect tells what it "
            "holds)"
        )
    if _REPRESENTATIVE.value is not None and not (
        _PRODUCTS.micro_dir.value or _PRODUCTS.c_dir.value
    ):
        raise UsageError(
            f"--representative_data needs --micro_dir or --c_dir, where '{source}' is finished: "
            "it gives the test vector there"
        )


def _check_combinations() -> None:
    if _REPRESENTATIVE.value is None:
        for flag in (_INPUT_TYPE, _OUTPUT_TYPE):
            if flag.value != "float32":
                raise UsageError(
                    f"--{flag.name}={flag.value} needs --representative_data: the ranges of "
                    "the values are taken from a hundred typical inputs"
                )
    _PRODUCTS.check()
    check_finite(_TOLERANCE)
    if _TOLERANCE.value is not None and _VERIFY.value is None:
        raise UsageError("--tolerance needs --verify: say how many samples to compare")


def _destinations(source: Path, is_finished: bool) -> Destinations:
    target = file_of(_OUTPUT) or _tflite_name(source)
    return _PRODUCTS.destinations(
        source.name if is_finished else target.name,
        output=None if is_finished else target,
        optimize_for=_OPTIMIZE_FOR.value,
    )


def _tflite_name(source: Path) -> Path:
    """The model's name with .tflite behind it, beside the model."""
    if source.name in ("", ".."):
        source = Path(os.path.realpath(source))
    # A dot in a folder's name begins no suffix.
    name = source.name if source.is_dir() else source.stem
    return source.with_name(f"{name or 'model'}.tflite")


def _check_places(source: Path, destinations: Destinations) -> None:
    sources = {"model": source}
    if _REPRESENTATIVE.value is not None:
        sources["representative data"] = Path(_REPRESENTATIVE.value)
    check_targets(sources, destinations.files(), destinations.folders())


def _check_packages(source: Path, is_finished: bool) -> None:
    if not is_finished:
        check_package("tensorflow", "a Keras model")
        for module in _keras_of(source):
            check_package(module, "a Keras model")
    _PRODUCTS.check_packages()


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
