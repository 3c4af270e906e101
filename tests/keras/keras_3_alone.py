"""Trains on one backend of Keras 3 without Larq: `make keras3-check` runs it on each.

KERAS_BACKEND=jax python tests/keras/keras_3_alone.py
"""

import os
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
    applications,
)
from sbnn_keras.recipes import Recipe

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

# Ctrl-C in the rest: what follows trains as ever.


def stop(batch, logs):
    if len(frozen) == 1:
        raise KeyboardInterrupt


model, frozen = network(), []
model.compile("adam", loss)
watch = keras.callbacks.LambdaCallback(on_epoch_end=keep_kernel, on_train_batch_end=stop)
freeze = FreezeConnections(1)
try:
    model.fit(images, labels, batch_size=8, epochs=2, verbose=0, callbacks=[freeze, watch])
except KeyboardInterrupt:
    pass
else:
    raise AssertionError("It was not stopped.")
watch = keras.callbacks.LambdaCallback(on_epoch_end=keep_kernel)
for callbacks in ([logger, watch], [freeze, logger, watch]):
    frozen.clear()
    model.fit(images, labels, batch_size=8, epochs=3, verbose=0, callbacks=callbacks)
    assert not np.array_equal(frozen[0], frozen[1])
    assert np.array_equal(frozen[1], frozen[2]) == (freeze in callbacks)

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
# Without Keras 2 it converts, in a process with TensorFlow where another backend computes here.
flatbuffer = sbnn_converter.convert_keras_model(first)
found = sbnn_converter.Interpreter(flatbuffer).predict(images)
np.testing.assert_allclose(found, answer, rtol=0, atol=1e-5)
steps: list[str] = []
in_int8 = sbnn_converter.convert_keras_model(
    first,
    inference_input_type="int8",
    inference_output_type="int8",
    representative_dataset=lambda: ([keras.ops.convert_to_tensor(i[None])] for i in images),
    progress=steps.append,
)
interpreter = sbnn_converter.Interpreter(in_int8)
found = interpreter.predict(interpreter.quantize(images))
assert found.dtype == np.int8 and "fusing layers and coding weights" in steps, steps
# Rounding to 8 bits moves an answer by some steps of 1/255 of the range.
apart = abs(interpreter.dequantize(found) - answer).mean() / np.ptp(answer)
assert apart < 0.05, apart


class Unknown(keras.layers.Layer):
    """Of this script alone."""

    def call(self, x):
        return 2 * x


refused = keras.Sequential([keras.Input((6,)), Unknown(), SparseBinaryDense(3)])
if keras.backend.backend() != "tensorflow":
    try:
        sbnn_converter.convert_keras_model(refused)
    except sbnn_converter.ConversionError as error:
        assert "Unknown" in str(error) and "KERAS_BACKEND=tensorflow" in str(error), error
        assert "\n" not in str(error), error
    else:
        raise AssertionError("it converted what another process cannot know")

# The networks of the package, their weights and the recipe are for every backend.


def sparse_layers(model) -> list:
    return [layer for layer in model.layers if hasattr(layer, "binary_kernel")]


for name, weights in applications.all_weights():
    card = applications.card(name, weights)
    ready = getattr(applications, name)(weights=weights, **card["arguments"])
    noise = np.random.default_rng(0).integers(-128, 128, (8, *ready.input_shape[1:])) / 128
    found = ready.predict(noise.astype("float32"), verbose=0)
    # Answers of the network as training left it, in Keras 2, with four digits.
    np.testing.assert_allclose(found, card["made_up_inputs"], atol=6e-5, err_msg=name)
features = applications.LogMel()(rng.normal(0, 0.1, (3, 6400)))
assert features.shape == (3, 49, 16) and float(keras.ops.max(features)) == 127 / 128
sounds = keras.ops.convert_to_numpy(features)
student, teacher = (applications.SoundNet(width=width, classes=4) for width in (0.125, 0.25))
recipe = Recipe(connections=0.2, epochs=3, batch_size=2, frequency=1, ramp=0.5)
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "student.keras")
    save = keras.callbacks.ModelCheckpoint(path, save_freq=1)  # each step
    backup = keras.callbacks.BackupAndRestore(str(Path(folder) / "backup"))
    classes = np.array([0, 1, 2])
    recipe.fit(student, sounds, classes, teacher, callbacks=[save, backup], verbose=0)
    saved = keras.models.load_model(path)
assert np.array_equal(saved.predict(sounds, verbose=0), student.predict(sounds, verbose=0))
sparse = sparse_layers(student)
kernels = [layer.binary_kernel() for layer in sparse]
ones, weights = sum(map(np.count_nonzero, kernels)), sum(kernel.size for kernel in kernels)
assert abs(ones / weights - 0.2) < 0.002, ones / weights
ready = applications.SoundNet(weights="spoken_digits")
sparse = sparse_layers(ready)
held = [np.count_nonzero(layer.binary_kernel()) for layer in sparse]
begun = [layer.binary_kernel() for layer in sparse]
noise = np.random.default_rng(0).integers(-128, 128, (20, 49, 16)).astype("float32") / 128
recipe = Recipe(connections=None, epochs=3, batch_size=5, rate=0.5)
recipe.fit(ready, noise, np.arange(20) % 10, verbose=0)
assert [np.count_nonzero(layer.binary_kernel()) for layer in sparse] == held
assert any((layer.binary_kernel() != kernel).any() for layer, kernel in zip(sparse, begun))
ready = applications.SoundNet(weights="spoken_digits")
recipe = Recipe(connections=0.01, epochs=2, batch_size=1, frequency=1)
shares = recipe.schedule(ready, 3).overrides
assert all(shares[la.name].share(0) <= la.connections + 1e-6 for la in sparse_layers(ready))

# What a first batch shows that is almost always a mistake is said once.


def said(quantizer, x) -> str:
    model = keras.Sequential(
        [keras.Input((4,)), SparseBinaryDense(3, input_quantizer=quantizer, name="eye")]
    )
    model.compile("sgd", "mse")
    sys.stderr.flush()
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)  # TensorFlow prints there from C++
        try:
            model.fit(x, np.zeros((64, 3)), batch_size=16, epochs=2, verbose=0)
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        return file.read().decode()


one_sign = "all inputs of layer 'eye' have one sign in the first batch"
large = "inputs of layer 'eye' reach 254"
pixels = np.concatenate([[[0, 254, 3, 4]], rng.uniform(0, 254, (63, 4))])
assert said("ste_sign", abs(pixels)).count(one_sign) == 1
assert said(None, np.tile(pixels[:1], (64, 1))).count(large) == 1
quiet = said("ste_sign", rng.normal(size=(64, 4))) + said(None, pixels / 254)
assert "WARNING: sbnn_keras" not in quiet, quiet
assert not {"larq", "tf_keras"} & set(sys.modules)
print(f"{keras.backend.backend()}: densities {[round(float(d), 4) for d in density]}, as wanted")
