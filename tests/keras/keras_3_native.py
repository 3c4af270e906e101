"""Trains networks of Keras 3, converts them and prints what of their answers is left, a line each.

Run in a process in which nothing of Keras 2 has been loaded: `test_keras_3_native.py` does.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import tensorflow as tf

import sbnn_converter
import sbnn_keras.keras3 as k3
from every_layer import every_layer
from sbnn_converter import micro
from sbnn_converter.cli.convert import run

keras = tf.keras  # Asked for, it is Keras 3 for good, and models are converted as they are.
L = keras.layers
keras.utils.set_random_seed(0)
images = (np.random.default_rng(0).integers(-128, 128, (32, 8, 8, 3)) / 128).astype("float32")


def sequential_beside_keras_s_own():
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.RandomFlip(),
            L.RandomRotation(0.5),
            L.Conv2D(4, 3, activation="relu"),
            L.LeakyReLU(),
            L.MaxPooling2D(),
            L.Dropout(0.5),
            k3.SparseBinaryConv2D(5, 2, activation="relu"),
            keras.Sequential([keras.Input((2, 2, 5)), L.BatchNormalization(), L.Flatten()]),
            k3.SparseBinaryDense(6, domain="signed"),
            L.Dense(3),
            L.Softmax(),
        ]
    )


def operators_between_layers():
    inputs = keras.Input((8, 8, 3))
    x = k3.SparseBinaryConv2D(4, 3)(inputs)
    x = keras.ops.maximum(x, 0.0) + L.PReLU(shared_axes=[1, 2])(x)
    x = L.Concatenate()([x, L.ZeroPadding2D(1)(k3.SparseBinaryConv2D(4, 3)(x))])
    return keras.Model(inputs, k3.SparseBinaryDense(4)(L.GlobalMaxPooling2D()(x)))


def masked_steps():
    inputs = keras.Input((5, 3))
    x = k3.SparseBinaryDense(4, connections=0.5, input_quantizer="ste_sign")(L.Masking()(inputs))
    y = k3.SparseBinaryDense(2, connections=0.5, input_quantizer="quant_hard_tanh")(x)
    joined = L.Concatenate()([L.Dropout(0.5)(x, training=True), L.BatchNormalization()(y)])
    return keras.Model(inputs, [L.SimpleRNN(3, unroll=True)(x), L.GlobalAveragePooling1D()(joined)])


def every_step_alike():
    inputs = keras.Input((5, 3))
    x = L.TimeDistributed(k3.SparseBinaryDense(4, connections=0.5))(inputs)
    x = L.TimeDistributed(L.BatchNormalization())(x)
    x = L.TimeDistributed(k3.SparseBinaryDense(3, connections=0.5, input_quantizer="ste_sign"))(x)
    return keras.Model(inputs, x)


def channels_first(data_format="channels_first"):
    first = data_format == "channels_first"
    inputs = keras.Input((3, 8, 8) if first else (8, 8, 3))
    arguments = dict(data_format=data_format, input_quantizer="ste_sign", connections=0.3)
    x = k3.SparseBinaryConv2D(4, 3, strides=2, padding="same", **arguments)(inputs)
    x = L.BatchNormalization(axis=1 if first else 3)(x)
    x = k3.SparseBinaryConv2D(5, (3, 2), **arguments)(x)
    return keras.Model(inputs, k3.SparseBinaryDense(3)(L.Flatten(data_format=data_format)(x)))


def told(name, flatbuffer, x, wanted):
    found = sbnn_converter.Interpreter(flatbuffer).predict(x)
    pairs = zip(found, wanted) if isinstance(wanted, list) else [(found, wanted)]
    apart = max(float(abs(f - np.asarray(w)).max()) for f, w in pairs)
    print("ANSWER", json.dumps([name, apart]))


folder = Path(sys.argv[1])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
for make in (every_layer, sequential_beside_keras_s_own, operators_between_layers):
    model = make()
    model.compile("adam", loss, run_eagerly=True)
    labels = np.arange(32) % model.output_shape[-1]
    model.fit(images, labels, batch_size=16, verbose=0)
    answer = model.predict(images, verbose=0)
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
steps = np.random.default_rng(1).normal(size=(4, 5, 3)).astype("float32")
steps[:, 3:] = steps[0, 1] = 0
with warnings.catch_warnings():
    warnings.simplefilter("error")  # that a layer loses a mask
    for make in (masked_steps, every_step_alike):
        model = make()
        told(
            make.__name__,
            sbnn_converter.convert_keras_model(model),
            steps,
            model.predict(steps, verbose=0),
        )

first, last = channels_first(), channels_first("channels_last")
last.set_weights(first.get_weights())
found = sbnn_converter.convert_keras_model(first)
told("channels_first", found, images.transpose(0, 3, 1, 2), last(images))

model = keras.models.load_model(folder / "every_layer.keras")
found = sbnn_converter.convert_keras_model(
    model,
    inference_input_type=tf.int8,
    inference_output_type="uint8",
    representative_dataset=lambda: ([image[None]] for image in images),
)
(folder / "int8.tflite").write_bytes(found)
np.save(folder / "images.npy", images)
print("ANSWER", json.dumps(["loaded", sorted({"larq", "tf_keras"} & set(sys.modules))]))
