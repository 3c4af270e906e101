"""Trains on MNIST with one backend of Keras 3, converts in the same process, and compares.

    KERAS_BACKEND=jax python benchmarks/keras3/mnist.py --data mnist.npz

All test images are asked of Keras, of TFLite and of TensorFlow Lite Micro. `--data` is a file in
the layout of `keras.datasets.mnist`; without it, Keras downloads the data.
"""

import argparse
import json
import sys

import keras
import numpy as np

import sbnn_converter
import sbnn_keras


def load(path):
    if path is None:
        (x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
    else:
        with np.load(path) as data:
            x, y, x_test, y_test = (data[k] for k in ("x_train", "y_train", "x_test", "y_test"))
    # Multiples of 1/128: sums of them are exact, in whatever order a backend adds them.
    return (x / 128 - 1).astype("float32"), y, (x_test / 128 - 1).astype("float32"), y_test


def network():
    """784-512-512-10 with batch normalization."""
    layers = [keras.Input((28, 28)), keras.layers.Flatten()]
    for units in (512, 512, 10):
        layers.append(sbnn_keras.SparseBinaryDense(units, use_bias=False, domain="signed"))
        layers.append(keras.layers.BatchNormalization(momentum=0.9))
    return keras.Sequential(layers)


def trained(x, y, options):
    keras.utils.set_random_seed(options.seed)
    model = network()
    steps = options.epochs * -(-len(x) // options.batch)
    decay = sbnn_keras.PolynomialDecay(0.5, 1 - options.connections, 0, steps // 2, frequency=20)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    schedule = sbnn_keras.ConnectionsSchedule(decay)
    model.fit(x, y, options.batch, options.epochs, callbacks=[schedule], verbose=2)
    return model


def compared(found, keras_s, labels) -> dict:
    """How the answers of a runtime [images, classes] are beside those of Keras."""
    return {
        "accuracy": float((found.argmax(1) == labels).mean()),
        "images_answered_otherwise": int((found.argmax(1) != keras_s.argmax(1)).sum()),
        "images_apart_by_a_thousandth": int((abs(found - keras_s) > 1e-3).any(1).sum()),
        "largest_difference": float(abs(found - keras_s).max()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data")
    parser.add_argument("--connections", type=float, default=0.05)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="also write the figures to this JSON file")
    options = parser.parse_args()

    x, y, x_test, y_test = load(options.data)
    model = trained(x, y, options)
    flatbuffer = sbnn_converter.convert_keras_model(model)
    answers = {
        "keras": model.predict(x_test, batch_size=500, verbose=0),
        "tflite": sbnn_converter.Interpreter(flatbuffer).predict(x_test),
        "tflm": sbnn_converter.micro.Interpreter(flatbuffer).predict(x_test),
    }
    results = {
        "backend": keras.backend.backend(),
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "images": len(x_test),
        "bytes": len(flatbuffer),
        **{name: compared(found, answers["keras"], y_test) for name, found in answers.items()},
    }
    print(json.dumps(results, indent=2))
    if options.out:
        with open(options.out, "w") as file:
            json.dump(results, file, indent=2)


if __name__ == "__main__":
    main()
