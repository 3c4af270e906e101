"""The options of a conversion, checked in one place."""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Callable, Iterable

import numpy as np
import tensorflow as tf

from sbnn_converter.cost_model.estimate import DEFAULT_CORE, cores
from sbnn_converter.errors import ConversionError
from sbnn_converter.forms import GOALS
from sbnn_converter.weights.code import CHOICES

INFERENCE_TYPES = ("float32", "int8", "uint8")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConversionOptions:
    """How a model is to be converted; see ``convert_keras_model``."""

    inference_input_type: tf.DType = tf.float32
    inference_output_type: tf.DType = tf.float32
    representative_dataset: Callable[[], Iterable[list[np.ndarray]]] | None = None
    weight_code: str = "auto"
    optimize_for: str | None = None
    target_mcu: str = DEFAULT_CORE
    ram_kb: float | None = None


def _validate_options(
    *,
    inference_input_type,
    inference_output_type,
    representative_dataset,
    weight_code,
    optimize_for=None,
    target_mcu=None,
    ram_kb=None,
) -> ConversionOptions:
    """Checks what the user gave and puts it into one form.

    Raises:
      ConversionError: an option has a value that it cannot have; the message names
        the option, what was found and what is wanted.
    """
    if weight_code not in CHOICES:
        raise ConversionError(f"weight_code is {weight_code!r}: wanted one of {', '.join(CHOICES)}")
    if optimize_for not in (None, *GOALS):
        raise ConversionError(
            f"optimize_for is {optimize_for!r}: wanted one of {', '.join(GOALS)}, or None"
        )
    if target_mcu is not None and target_mcu not in cores():
        raise ConversionError(f"target_mcu is {target_mcu!r}: wanted one of {', '.join(cores())}")
    if ram_kb is not None and not _is_positive(ram_kb):
        raise ConversionError(f"ram_kb is {ram_kb!r}: wanted a finite number above 0")
    options = ConversionOptions(
        inference_input_type=_type("inference_input_type", inference_input_type),
        inference_output_type=_type("inference_output_type", inference_output_type),
        representative_dataset=representative_dataset,
        weight_code=weight_code,
        optimize_for=optimize_for,
        target_mcu=target_mcu or DEFAULT_CORE,
        ram_kb=ram_kb,
    )
    if representative_dataset is not None and not callable(representative_dataset):
        raise ConversionError(
            "representative_dataset is of type "
            f"{type(representative_dataset).__name__}: wanted a function that "
            "yields lists of arrays, one for each input, as tf.lite has it"
        )
    if representative_dataset is None:
        for name in ("inference_input_type", "inference_output_type"):
            found = getattr(options, name)
            if found != tf.float32:
                raise ConversionError(
                    f"{name} is {found.name}, but there is no representative_dataset: "
                    "the ranges of the values are taken from it; give a function that "
                    "yields a hundred typical inputs (sbnn-convert: "
                    "--representative_data)"
                )
    return options


def _is_positive(value) -> bool:
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_number and 0 < value < math.inf


def _type(option: str, given) -> tf.DType:
    try:
        dtype = tf.as_dtype(given)
    except TypeError:
        dtype = None
    if dtype is None or dtype.name not in INFERENCE_TYPES:
        found = repr(given) if dtype is None else dtype.name
        raise ConversionError(f"{option} is {found}: float32, int8 or uint8 is wanted")
    return dtype
