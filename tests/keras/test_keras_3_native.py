"""Models of Keras 3 converted as they are, where Keras 2 is not loaded."""

import json

import numpy as np
import pytest

import processes

SCRIPT = """
import json, sys, tempfile
from pathlib import Path
import numpy as np, tensorflow as tf
keras = tf.keras
L = keras.layers
import sbnn_keras.keras3 as k3
import sbnn_converter
from sbnn_converter import micro
from sbnn_converter.cli.convert import run

keras.utils.set_random_seed(0)
images = (np.random.default_rng(0).integers(-128, 128, (32, 8, 8, 3)) / 128).astype("float32")

def every_layer():
    inputs = keras.Input((8, 8, 3))
    x = k3.SparseBinaryConv2D(
        8, 3, padding="same", pad_values=1.0, domain="general", connections=0.2
    )(inputs)
    x = L.BatchNormalization()(x)
    x = k3.SparseBinaryConv2D(
        8, 3, padding="same", domain="signed", input_quantizer="quant_hard_tanh", use_bias=False
    )(x)
    stream = k3.ResidualStream(6)(x)
    y = k3.SparseBinaryDepthwiseConv2D(3, padding="same", connections=0.3)(stream)
    stream = k3.ResidualStream(6)([stream, y])
    x = L.BatchNormalization()(k3.SparseBinarySeparableConv2D(6, 3, connections=0.2)(stream))
    x = L.BatchNormalization()(k3.SparseBinaryConv1D(4, 3, padding="causal")(L.Reshape((36, 6))(x)))
    x = L.BatchNormalization()(k3.SparseBinarySeparableConv1D(4, 3)(x))
    x = k3.SparseBinaryDense(16, domain="signs")(L.Flatten()(x))
    x = k3.SparseBinaryDense(10, connections=0.2)(L.BatchNormalization()(x))
    return keras.Model(inputs, x)

def sequential_beside_keras_s_own():
    return keras.Sequential([
        keras.Input((8, 8, 3)), L.Conv2D(4, 3, activation="relu"), L.LeakyReLU(),
        L.MaxPooling2D(), L.Dropout(0.5), k3.SparseBinaryConv2D(5, 2, activation="relu"),
        keras.Sequential([keras.Input((2, 2, 5)), L.BatchNormalization(), L.Flatten()]),
        k3.SparseBinaryDense(6, domain="signed"), L.Dense(3),
        L.Softmax(),
    ])

def operators_between_layers():
    inputs = keras.Input((8, 8, 3))
    x = k3.SparseBinaryConv2D(4, 3)(inputs)
    x = keras.ops.maximum(x, 0.0) + L.PReLU(shared_axes=[1, 2])(x)
    x = L.Concatenate()([x, L.ZeroPadding2D(1)(k3.SparseBinaryConv2D(4, 3)(x))])
    return keras.Model(inputs, k3.SparseBinaryDense(4)(L.GlobalMaxPooling2D()(x)))

folder = Path(tempfile.mkdtemp())
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
for make in (every_layer, sequential_beside_keras_s_own, operators_between_layers):
    model = make()
    model.compile("adam", loss, run_eagerly=True)
    labels = np.arange(32) % model.output_shape[-1]
    model.fit(images, labels, batch_size=16, verbose=0)
    answer = np.asarray(model(images))
    flatbuffer = sbnn_converter.convert_keras_model(model)
    found = sbnn_converter.Interpreter(flatbuffer).predict(images)
    tflm = micro.Interpreter(flatbuffer).predict(images)
    apart = [float(abs(f - answer).max()) for f in (found, tflm)]
    print("ANSWER", json.dumps([make.__name__, *apart]))
    for form in ("keras", "h5"):
        if make is operators_between_layers and form == "h5":
            continue  # Keras itself cannot read operators back from it
        path = folder / f"{make.__name__}.{form}"
        model.save(path)
        sys.argv = ["sbnn-convert", str(path), "-o", str(path.with_suffix(".tflite"))]
        sys.argv += ["--verify", "8"]
        run()
        same = path.with_suffix(".tflite").read_bytes() == flatbuffer
        print("ANSWER", json.dumps([path.name, same]))
print("ANSWER", json.dumps(["loaded", sorted({"larq", "tf_keras"} & set(sys.modules))]))
"""


@pytest.fixture(scope="module")
def answers() -> dict[str, list]:
    done = processes.run(["-c", SCRIPT])
    lines = [line[7:] for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    assert done.returncode == 0, done.stderr
    return {name: found for name, *found in map(json.loads, lines)}


@pytest.mark.parametrize(
    "network", ["every_layer", "sequential_beside_keras_s_own", "operators_between_layers"]
)
def test_a_network_converted_without_keras_2_answers_as_keras_3_does(answers, network):
    of_tflite, of_tflm = answers[network]
    assert np.isfinite([of_tflite, of_tflm]).all()
    assert of_tflite <= 1e-4 and of_tflm <= 1e-4


def test_nothing_of_keras_2_was_loaded(answers):
    assert answers["loaded"] == [[]]


def test_its_files_convert_to_the_same_and_verify(answers):
    files = [name for name in answers if "." in name]
    assert len(files) == 5 and all(answers[name] == [True] for name in files)
