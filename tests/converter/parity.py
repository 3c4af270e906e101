"""Compares converted models with Keras in a host runtime and in TFLM."""

import numpy as np
import tensorflow as tf

import sbnn_converter
from sbnn_converter.runtimes.interpreter import available_runtimes
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops


def ops_of(model: bytes) -> list[str]:
    return [op.name for op in read_sbnn_ops(model)]


def answers(model: bytes, x) -> dict[str, list[np.ndarray]]:
    """Outputs by runtime: the first installed one, and TFLM on the first samples."""
    some = [a[:4] for a in x] if isinstance(x, list) else x[:4]
    found = {
        available_runtimes()[0]: sbnn_converter.Interpreter(model).predict(x),
        "micro": sbnn_converter.micro.Interpreter(model).predict(some),
    }
    return {k: v if isinstance(v, list) else [v] for k, v in found.items()}


def answers_of_keras(model: tf.keras.Model, x) -> list[np.ndarray]:
    """All outputs, without the tracing of `predict`, which can take longer than the rest."""
    return [y.numpy() for y in tf.nest.flatten(model(x))]


def assert_agrees(model: tf.keras.Model, x, rtol: float = 0.0) -> bytes:
    """Converts `model` and compares all outputs with Keras's.

    Args:
        x: one array or a list of them.
        rtol: largest difference, relative to the largest magnitude of the output;
            0 wants equal numbers.
    """
    converted = sbnn_converter.convert_keras_model(model)
    keras = answers_of_keras(model, x)
    for runtime, outputs in answers(converted, x).items():
        assert len(outputs) == len(keras)
        for index, (wanted, found) in enumerate(zip(keras, outputs)):
            wanted = wanted[: len(found)]
            message = f"output {index} ({model.output_names[index]}) in {runtime}"
            if rtol == 0:
                np.testing.assert_array_equal(found, wanted, message)
            else:
                atol = rtol * np.abs(wanted).max()
                np.testing.assert_allclose(found, wanted, rtol, atol, err_msg=message)
    return converted
