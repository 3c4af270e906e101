"""Training resumed in the middle of a schedule ends in the same weights, bit by bit."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_model_optimization.sparsity.keras import PolynomialDecay

import sbnn_keras

X = np.random.default_rng(0).normal(size=(64, 8, 8, 3)).astype(np.float32)
Y = np.random.default_rng(1).integers(0, 4, 64)


def network():
    tf.keras.utils.set_random_seed(3)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 3)),
            sbnn_keras.SparseBinaryConv2D(6, 3, domain="general"),
            tf.keras.layers.BatchNormalization(),
            sbnn_keras.SparseBinarySeparableConv2D(6, 3, connections=0.3),
            tf.keras.layers.Flatten(),
            sbnn_keras.SparseBinaryDense(4, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def train(model, epochs, *callbacks):
    decay = PolynomialDecay(0.5, 0.9, begin_step=0, end_step=13, frequency=3)
    schedule = sbnn_keras.ConnectionsSchedule(decay)
    model.fit(
        X,
        Y,
        batch_size=16,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[schedule, *callbacks],
    )


class Watch(tf.keras.callbacks.Callback):
    """Notes, after each batch, what the schedule has set in each layer."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        quantizers = [
            quantizer
            for layer in self.model.layers
            if hasattr(layer, "kernel_quantizers")
            for quantizer in layer.kernel_quantizers()
        ]
        state = [(int(q.steps.numpy()), int(q.count.numpy())) for q in quantizers]
        self.seen.append(state)


@pytest.fixture(scope="module")
def deterministic():
    tf.config.experimental.enable_op_determinism()
    yield
    from tensorflow.python.framework import config

    config.disable_op_determinism()


@pytest.fixture(scope="module")
def straight(deterministic):
    """A network trained for four epochs, and what was set on the way."""
    model, watch = network(), Watch()
    train(model, 4, watch)
    return model, watch.seen


@pytest.fixture(scope="module")
def half(deterministic):
    """The same after two."""
    model, watch = network(), Watch()
    train(model, 2, watch)
    return model, watch.seen


def test_a_savedmodel_goes_on_with_its_schedule(straight, half, tmp_path):
    (_, watched), (first, seen), rest = straight, half, Watch()
    first.save(tmp_path / "half", save_format="tf")
    second = tf.keras.models.load_model(tmp_path / "half")
    for a, b in zip(first.layers, second.layers):
        for c, d in zip(a.variables, b.variables, strict=True):
            np.testing.assert_array_equal(c, d, err_msg=c.name)
    train(second, 2, rest)
    assert seen + rest.seen == watched


@pytest.mark.parametrize("form", ["h5", "keras"])
def test_resumed_training_is_bit_identical(form, straight, half, tmp_path):
    (wanted, _), (first, _) = straight, half
    first.save(tmp_path / f"half.{form}")
    second = tf.keras.models.load_model(tmp_path / f"half.{form}")
    train(second, 2)
    assert len(wanted.get_weights()) == len(second.get_weights())
    for a, b in zip(wanted.get_weights(), second.get_weights()):
        np.testing.assert_array_equal(a, b)
    kernels = [
        k
        for layer in second.layers
        if hasattr(layer, "binary_kernels")
        for k in layer.binary_kernels().values()
    ]
    ones = [int((k == k.max()).sum()) for k in kernels]
    shares = [0.1, 0.3, 0.3, 0.1]
    assert ones == [round(s * k.size) for s, k in zip(shares, kernels)]
