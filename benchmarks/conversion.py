"""How long a conversion takes, against TFLiteConverter on the same network in float.

BinaryNet for CIFAR-10 (Courbariaux et al., "Binarized Neural Networks", section 2.3):
six 3x3 convolutions of 128 to 512 filters and three dense layers, 14 million weights.
Once with sparse binary layers, converted by sbnn_converter; once with float layers,
converted by TFLiteConverter; in one run, one after another, several times.

    python benchmarks/conversion.py --connections 0.05 --rounds 3
"""

import contextlib
import io
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from absl import app, flags

_CONNECTIONS = flags.DEFINE_float("connections", 0.05, "Share of ones.", 0.0, 1.0)
_ROUNDS = flags.DEFINE_integer("rounds", 3, "Conversions of each; the fastest counts.", 1)
_JSON = flags.DEFINE_string("json", None, "File to write the figures to.")


def binary_net(conv, dense):
    """BinaryNet's layers; ``conv(filters)`` and ``dense(units)`` make those with weights."""
    import tensorflow as tf

    layers = tf.keras.layers
    stack = [tf.keras.Input((32, 32, 3))]
    for filters in (128, 256, 512):
        stack += [conv(filters), layers.BatchNormalization()]
        stack += [conv(filters), layers.MaxPooling2D(2), layers.BatchNormalization()]
    stack.append(layers.Flatten())
    for units in (1024, 1024, 10):
        stack += [dense(units), layers.BatchNormalization()]
    return tf.keras.Sequential(stack)


def fastest(convert, rounds: int) -> tuple[float, bytes]:
    """Seconds of the fastest of some rounds, and what it returned."""
    from sbnn_converter.runtimes.native_log import captured_stderr

    times = []
    for _ in range(rounds):
        with captured_stderr(), contextlib.redirect_stdout(io.StringIO()):
            begin = time.perf_counter()
            result = convert()
            times.append(time.perf_counter() - begin)
    return min(times), result


def main(_):
    import tensorflow as tf

    import sbnn_converter
    import sbnn_keras
    from sbnn_converter.inspection import inspect_model

    layers = tf.keras.layers
    sparse = binary_net(
        lambda filters: sbnn_keras.SparseBinaryConv2D(
            filters, 3, padding="same", connections=_CONNECTIONS.value
        ),
        lambda units: sbnn_keras.SparseBinaryDense(units, connections=_CONNECTIONS.value),
    )
    floats = binary_net(
        lambda filters: layers.Conv2D(filters, 3, padding="same", activation="relu"),
        lambda units: layers.Dense(units),
    )
    ours, converted = fastest(lambda: sbnn_converter.convert_keras_model(sparse), _ROUNDS.value)
    theirs, float_model = fastest(
        lambda: tf.lite.TFLiteConverter.from_keras_model(floats).convert(), _ROUNDS.value
    )
    reading, inspection = fastest(lambda: inspect_model(converted), _ROUNDS.value)
    figures = {
        "weights": inspection.total.weights,
        "connections": inspection.total.connections,
        "sbnn_convert_seconds": round(ours, 3),
        "float_tflite_convert_seconds": round(theirs, 3),
        "ratio": round(ours / theirs, 3),
        "decode_all_weights_seconds": round(reading, 3),
        "sbnn_bytes": len(converted),
        "float_tflite_bytes": len(float_model),
    }
    for name, value in figures.items():
        print(f"{name:30} {value:>14,}")
    if _JSON.value:
        with open(_JSON.value, "w") as file:
            json.dump({"conversion": figures}, file, indent=2)


if __name__ == "__main__":
    app.run(main)
