"""From a Keras model to a TFLite flatbuffer."""

from __future__ import annotations

import tensorflow as tf

from sbnn_converter.importer import import_model
from sbnn_converter.passes import run_passes
from sbnn_converter.tflite.emit import emit


def convert_keras_model(model: tf.keras.Model) -> bytes:
    """Converts a Keras model with sparse binary layers to TFLite.

    Binary layers become SBNN custom ops (``docs/format.md``), batch
    normalization and signs integer thresholds inside them. All other layers are
    converted by ``tf.lite.TFLiteConverter``.

    Args:
      model: a built Sequential or Functional model with fixed spatial
        dimensions, float32 in and out.

    Returns:
      The flatbuffer. ``sbnn_converter.Interpreter`` runs it on a host,
      ``sbnn_converter.micro.Interpreter`` in TensorFlow Lite Micro.

    Raises:
      ConversionError: the model holds something that cannot be converted; the
        message names the layer, what it found and what is wanted.
    """
    graph = import_model(model)
    run_passes(graph)
    return emit(graph)
