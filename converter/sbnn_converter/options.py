"""The options of a conversion, checked in one place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import tensorflow as tf

from sbnn_converter.weight_code import CHOICES

INFERENCE_TYPES = ("float32", "int8", "uint8")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConversionOptions:
    """How a model is to be converted; see ``convert_keras_model``."""

    inference_input_type: tf.DType = tf.float32
    inference_output_type: tf.DType = tf.float32
    representative_dataset: Callable[[], Iterable] | None = None
    weight_code: str = "auto"

    @property
    def is_quantized(self) -> bool:
        """Whether a face of the model is int8 or uint8."""
        return {self.inference_input_type, self.inference_output_type} != {tf.float32}


def _validate_options(
    *, inference_input_type, inference_output_type, representative_dataset, weight_code
) -> ConversionOptions:
    """Checks what the user gave and puts it into one form.

    Raises:
      ValueError: an option has a value that it cannot have; the message names
        the option, what was found and what is wanted.
    """
    if weight_code not in CHOICES:
        raise ValueError(
            f"weight_code is {weight_code!r}: wanted one of {', '.join(CHOICES)}"
        )
    options = ConversionOptions(
        inference_input_type=_type("inference_input_type", inference_input_type),
        inference_output_type=_type("inference_output_type", inference_output_type),
        representative_dataset=representative_dataset,
        weight_code=weight_code,
    )
    if representative_dataset is not None and not callable(representative_dataset):
        raise ValueError(
            "representative_dataset is of type "
            f"{type(representative_dataset).__name__}: wanted a function that "
            "yields lists of arrays, one for each input, as tf.lite has it"
        )
    if options.is_quantized and representative_dataset is None:
        raise ValueError(
            f"inference types {options.inference_input_type.name} and "
            f"{options.inference_output_type.name} need a representative_dataset, "
            "which tells the ranges of the layers that are not binary; give one "
            "(sbnn-convert: --representative_data), or use float32 for both"
        )
    return options


def _type(option: str, given) -> tf.DType:
    try:
        dtype = tf.as_dtype(given)
    except TypeError:
        dtype = None
    if dtype is None or dtype.name not in INFERENCE_TYPES:
        raise ValueError(
            f"{option} is {given!r}: wanted one of {', '.join(INFERENCE_TYPES)}"
        )
    return dtype
