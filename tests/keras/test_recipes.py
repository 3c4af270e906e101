"""Recipes: shares, rates and epochs of a training that one call sets."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras.applications import MLP
from sbnn_keras.recipes import Recipe

RECIPE = Recipe(connections=0.2, epochs=4, batch_size=8, rate=0.05, frequency=1)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.integers(-128, 128, (40, 30)).astype(np.float32) / 128
    return x, (x[:, 0] > 0).astype(int)


def network():
    tf.keras.utils.set_random_seed(0)
    return MLP((30,), classes=2, units=(20,))


class Watch(tf.keras.callbacks.Callback):
    """What there was at the end of each epoch."""

    def __init__(self, student):
        super().__init__()
        self.student, self.kernels, self.shares, self.rates = student, [], [], []

    def on_epoch_end(self, epoch, logs=None):
        layers = [x for x in self.student.layers if hasattr(x, "binary_kernel")]
        self.kernels.append(np.concatenate([x.kernel.numpy().ravel() for x in layers]))
        self.shares.append(
            np.mean(np.concatenate([x.binary_kernel().ravel() != 0 for x in layers]))
        )
        self.rates.append(float(self.model.optimizer.learning_rate))


def test_shares_come_down_and_the_last_epoch_rests(data):
    model = network()
    watch = Watch(model)
    history = RECIPE.fit(model, *data, callbacks=[watch], verbose=0)
    assert len(history.epoch) == 4
    assert 0.5 > watch.shares[0] > watch.shares[1] > watch.shares[2]
    weights = 30 * 20 + 20 * 2
    assert watch.shares[-1] == pytest.approx(0.2, abs=1.0 / weights)
    # What the last step of each epoch took; the cosine falls over three epochs of five steps.
    cosine = [0.05 * (1 + np.cos(np.pi * n / 15)) / 2 for n in (4, 9, 14, 15)]
    assert watch.rates == pytest.approx(cosine, abs=1e-6)
    assert (watch.kernels[2] == watch.kernels[3]).all()
    assert (watch.kernels[1] != watch.kernels[2]).any()


def test_a_teacher_is_learnt_from(data):
    x, _ = data
    model, teacher = network(), tf.keras.Sequential([tf.keras.Input((30,))])
    teacher.add(tf.keras.layers.Dense(2, activation="softmax"))
    trained, callbacks = RECIPE.compile(model, 5, teacher, run_eagerly=True)
    assert isinstance(trained, sbnn_keras.Distiller) and trained.student is model
    assert (trained.alpha, trained.temperature) == (RECIPE.alpha, RECIPE.temperature)
    history = trained.fit(x, data[1], 8, 1, callbacks=callbacks, verbose=0)
    assert history.history["distillation_loss"][0] > 0


@pytest.mark.parametrize(
    "settings, message",
    [
        (dict(connections=0), "Wrong `connections`: found 0"),
        (dict(start=1.5), "Wrong `start`: found 1.5"),
        (dict(epochs=0), "Wrong `epochs`: found 0"),
        (dict(rate=0), "Wrong `rate`: found 0"),
        (dict(ramp=2), "Wrong `ramp`: found 2"),
        (dict(epochs=2, rest=2), "found rest=2 of epochs=2"),
    ],
)
def test_settings_out_of_range_are_told(settings, message):
    with pytest.raises(ValueError, match=message):
        Recipe(**settings)
