"""Trains and converts beside KerasTuner and KerasHub in one process: part of `make keras3-check`.

    KERAS_BACKEND=jax python tests/keras/keras_3_beside_others.py

Both are written for Keras 3. KerasTuner searches over arguments of our layers and saves and loads
what it found; a backbone of KerasHub, without weights from elsewhere, gives features to ours.
"""

import sys
import tempfile

import keras
import keras_hub
import keras_tuner
import numpy as np

import sbnn_converter
from sbnn_keras import ConnectionsSchedule, PolynomialDecay, SparseBinaryConv2D, SparseBinaryDense

rng = np.random.default_rng(0)
images = (rng.integers(-128, 128, (32, 16, 16, 3)) / 128).astype("float32")
labels = rng.integers(0, 4, 32)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
keras.utils.set_random_seed(0)


def apart(model) -> float:
    """How far the converted model's answers are from Keras's."""
    found = sbnn_converter.Interpreter(sbnn_converter.convert_keras_model(model)).predict(images)
    wanted = keras.ops.convert_to_numpy(model(images))
    return float(abs(found - wanted).max())


# KerasTuner.


def candidate(choices):
    connections = choices.Choice("connections", [0.1, 0.3])
    domain = choices.Choice("domain", ["01", "signed"])
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            SparseBinaryConv2D(4, 3, strides=2, domain=domain),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            SparseBinaryDense(4, connections=connections, domain=domain, name="last"),
        ]
    )
    model.compile("adam", loss, metrics=["accuracy"])
    return model


with tempfile.TemporaryDirectory() as folder:
    tuner = keras_tuner.RandomSearch(
        candidate, "loss", max_trials=3, directory=folder, seed=0, overwrite=True
    )
    schedule = ConnectionsSchedule(PolynomialDecay(0.5, 0.9, 0, 4, frequency=1))
    tuner.search(images, labels, epochs=2, batch_size=8, verbose=0, callbacks=[schedule])
    (best,) = tuner.get_best_models(1)
    chosen = tuner.get_best_hyperparameters()[0].values
    last = best.get_layer("last")
    assert last.domain == chosen["domain"], (last.domain, chosen)
    assert abs(last.connections - chosen["connections"]) < 1e-6, (last.connections, chosen)
    # A weight is a connection or not as it was when the trial was saved.
    held = round(chosen["connections"] * last.kernel.shape[0] * 4)
    assert np.count_nonzero(last.binary_kernel()) == held, (chosen, held)
    assert apart(best) < 1e-4

# KerasHub.

backbone = keras_hub.models.ResNetBackbone(
    input_conv_filters=[64],
    input_conv_kernel_sizes=[3],
    stackwise_num_filters=[64],
    stackwise_num_blocks=[1],
    stackwise_num_strides=[1],
    block_type="basic_block",
    image_shape=(16, 16, 3),
)
features = keras.layers.Flatten()(backbone(backbone.inputs[0]))
outputs = SparseBinaryDense(4, connections=0.2, input_quantizer="ste_sign")(
    keras.layers.BatchNormalization()(features)
)
model = keras.Model(backbone.inputs, outputs)
model.compile("adam", loss)
before = keras.ops.convert_to_numpy(model.layers[-1].kernel.value).copy()
model.fit(images, labels, batch_size=8, epochs=2, verbose=0)
assert not np.array_equal(before, keras.ops.convert_to_numpy(model.layers[-1].kernel.value))
assert np.mean(model.layers[-1].binary_kernel()) == round(0.2 * before.size) / before.size
assert not {"larq", "tf_keras"} & set(sys.modules)
print(f"{keras.backend.backend()}: beside KerasTuner ({chosen}) and KerasHub, as wanted")
