"""Trains on one backend of Keras 3 without Larq: `make keras3-check` runs it on each.

KERAS_BACKEND=jax python tests/keras/keras_3_alone.py
"""

import sys
import tempfile
from pathlib import Path

import keras
import numpy as np

import sbnn_converter
from sbnn_keras import (
    ConnectionsSchedule,
    ExpectedConnections,
    FreezeConnections,
    PolynomialDecay,
    ResidualStream,
    SparseBinaryConv2D,
    SparseBinaryDense,
    SparsityLogger,
)

assert SparseBinaryDense.__module__ == "sbnn_keras.keras3.layers"
assert not {"larq", "tf_keras", "tensorflow_model_optimization"} & set(sys.modules)

rng = np.random.default_rng(0)
images = (rng.integers(-128, 128, (32, 6, 6, 2)) / 128).astype("float32")
labels = rng.integers(0, 4, 32)
keras.utils.set_random_seed(0)


def network():
    inputs = keras.Input((6, 6, 2))
    x = SparseBinaryConv2D(4, 3, padding="same", domain="signed")(inputs)
    stream = ResidualStream(6)(x)
    x = SparseBinaryConv2D(4, 3, padding="same", domain="general")(stream)
    stream = ResidualStream(6)([stream, x])
    return keras.Model(inputs, SparseBinaryDense(4, name="last")(keras.layers.Flatten()(stream)))


# A schedule holds its counts on every backend; a file brings back the same numbers.
model = network()
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss)
decay = PolynomialDecay(0.5, 0.9, 0, 6, frequency=2)
logger, frozen = SparsityLogger(), []


def keep_kernel(epoch, logs):
    frozen.append(np.array(keras.ops.convert_to_numpy(model.get_layer("last").kernel.value)))


watch = keras.callbacks.LambdaCallback(on_epoch_end=keep_kernel)
callbacks = [ConnectionsSchedule(decay), FreezeConnections(1), logger, watch]
model.fit(images, labels, batch_size=8, epochs=4, verbose=0, callbacks=callbacks)
density = logger.history["last"]["density"]
# Steps 0, 2, 4 and 6 are looked at; epochs of 4 steps end behind steps 3, 7, 11 and 15.
wanted = [round(576 * share) / 576 for share in (1 - decay(2)[1], 0.1, 0.1, 0.1)]
assert density == wanted, (density, wanted)
assert np.array_equal(frozen[-1], frozen[-2]) and not np.array_equal(frozen[0], frozen[1])
first, answer = model, model.predict(images, verbose=0)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "model.keras"
    model.save(path)
    again = keras.models.load_model(path)
assert np.array_equal(again.predict(images, verbose=0), answer)
for layer in (model.layers[1], model.layers[3], model.get_layer("last")):
    assert np.array_equal(layer.binary_kernel(), again.get_layer(layer.name).binary_kernel())

# The published constraint takes connections away, as its arithmetic in NumPy does.


def constrained(latent, scale, steps: int, target=0.2, gamma=0.5, rate=0.2):
    """Latent weights behind so many steps of descent on batches of eight."""
    bias, centre = np.zeros(4), None
    for step in range(steps):
        rows = slice(8 * (step % 4), 8 * (step % 4) + 8)
        x, y = flat[rows].astype(float), np.eye(4)[labels[rows]]
        outputs = x @ (latent > 0) * scale
        centre = -outputs.mean(0) if centre is None else centre
        powers = np.exp(outputs + centre + bias)
        likely = powers / powers.sum(1, keepdims=True)
        fall = (likely - y) / len(x)
        excess = (latent > 0).mean() - target
        task = -np.log((likely * y).sum(1)).mean()
        weight = gamma * task / ((1 - gamma) * excess) if excess > 1e-5 else 0.0
        slope = (x.T @ (fall * scale) + weight / latent.size) * (abs(latent) <= 1)
        latent = np.clip(latent - rate * slope, -1, 1)
        bias -= rate * fall.sum(0)
    return latent


flat = images.reshape(32, 72)
layer = SparseBinaryDense(4)
model = keras.Sequential([keras.Input((72,)), layer])
latent = 0.3 * np.random.default_rng(1).uniform(-1, 1, (72, 4)).astype("float32")
layer.kernel.assign(latent)
constraint = ExpectedConnections(0.2, 0.5)
model.compile(keras.optimizers.SGD(0.2), constraint.loss(loss))
for epoch in range(1, 9):
    model.fit(flat, labels, batch_size=8, shuffle=False, verbose=0, callbacks=[constraint])
    wanted = constrained(latent, layer.output_scale, 4 * epoch)
    found = keras.ops.convert_to_numpy(layer.kernel_quantizer.latent.value)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)
    assert constraint.share == np.mean(wanted > 0), constraint.share
assert 0.15 < constraint.share <= 0.2 and constraint.met, constraint.share
# Without Keras 2, TensorFlow's Keras 3 converts; with another backend one line says how.
if keras.backend.backend() == "tensorflow":
    flatbuffer = sbnn_converter.convert_keras_model(first)
    found = sbnn_converter.Interpreter(flatbuffer).predict(images)
    np.testing.assert_allclose(found, answer, rtol=0, atol=1e-5)
else:
    try:
        sbnn_converter.convert_keras_model(first)
    except sbnn_converter.ConversionError as error:
        assert "sbnn-convert model.keras" in str(error), error
    else:
        raise AssertionError("it converted without TensorFlow's Keras")
assert not {"larq", "tf_keras"} & set(sys.modules)
print(f"{keras.backend.backend()}: densities {[round(float(d), 4) for d in density]}, as wanted")
