"""From a Keras model to a TFLite flatbuffer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import tensorflow as tf

from sbnn_converter.errors import ConversionError
from sbnn_converter.importer import import_model
from sbnn_converter.passes import run_passes
from sbnn_converter.quantization import emit_int8
from sbnn_converter.tflite.emit import emit


def convert_keras_model(
    model: tf.keras.Model,
    *,
    inference_input_type: tf.DType = tf.float32,
    inference_output_type: tf.DType = tf.float32,
    representative_dataset: Callable[[], Iterable[list[np.ndarray]]] | None = None,
) -> bytes:
    """Converts a Keras model with sparse binary layers to TFLite.

    Binary layers become SBNN custom ops (``docs/format.md``), batch
    normalization and signs integer thresholds inside them. All other layers are
    converted by ``tf.lite.TFLiteConverter``.

    Args:
      model: a built Sequential or Functional model with fixed spatial
        dimensions, float32 in and out.
      inference_input_type: ``tf.float32``, ``tf.int8`` or ``tf.uint8``.
      inference_output_type: the same for the outputs.
      representative_dataset: as TFLiteConverter's: a function whose result
        iterates over samples, each a list with one float array for each input, of
        shape ``[1, ...]``. With it, everything that is not binary becomes int8.

    Returns:
      The flatbuffer. ``sbnn_converter.Interpreter`` runs it on a host,
      ``sbnn_converter.micro.Interpreter`` in TensorFlow Lite Micro.

    Raises:
      ConversionError: the model holds something that cannot be converted; the
        message names the layer, what it found and what is wanted.
    """
    _validate_options(
        inference_input_type, inference_output_type, representative_dataset
    )
    graph = import_model(model)
    run_passes(graph)
    if representative_dataset is None:
        return emit(graph)
    return emit_int8(
        graph, representative_dataset, inference_input_type, inference_output_type
    )


def _validate_options(input_type, output_type, dataset) -> None:
    types = {
        "inference_input_type": tf.as_dtype(input_type),
        "inference_output_type": tf.as_dtype(output_type),
    }
    for name, found in types.items():
        if found not in (tf.float32, tf.int8, tf.uint8):
            raise ConversionError(
                f"{name} is {found.name}: float32, int8 or uint8 is wanted"
            )
        if found != tf.float32 and dataset is None:
            raise ConversionError(
                f"{name} is {found.name}, but there is no representative_dataset: the "
                "ranges of the values are taken from it; give a function that yields "
                "a hundred typical inputs"
            )
