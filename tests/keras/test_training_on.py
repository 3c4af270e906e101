"""Trained weights that are trained on, by a recipe: shares are kept, or go down from there."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras.applications import MLP, SoundNet
from sbnn_keras.recipes import Recipe

X = np.random.default_rng(2).integers(-128, 128, (20, 49, 16)).astype(np.float32) / 128
Y = np.arange(20) % 10


def connections(model) -> list[int]:
    return [np.count_nonzero(x.binary_kernel()) for x in model.layers if hasattr(x, "kernel")]


class Watch(tf.keras.callbacks.Callback):
    """Connections of all layers behind each batch."""

    def __init__(self, student):
        super().__init__()
        self.student, self.seen = student, []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(connections(self.student))


def test_without_a_share_each_layer_keeps_its_own():
    model = SoundNet(weights="spoken_digits")
    before, watch = connections(model), Watch(model)
    first = model.layers[-5].get_weights()
    recipe = Recipe(connections=None, epochs=2, batch_size=5, rate=0.5)
    recipe.fit(model, X, Y, callbacks=[watch], verbose=0)
    assert watch.seen == [before] * 8
    assert any((a != b).any() for a, b in zip(first, model.layers[-5].get_weights(), strict=True))


def test_a_share_is_come_down_to_from_what_there_is():
    model = SoundNet(weights="spoken_digits")
    before, watch = connections(model), Watch(model)
    Recipe(connections=0.02, epochs=2, batch_size=5, frequency=1).fit(
        model, X, Y, callbacks=[watch], verbose=0
    )
    assert all(now <= held for now, held in zip(watch.seen[0], before, strict=True))
    assert all((np.diff(np.array(watch.seen), axis=0) <= 0).ravel())
    assert sum(connections(model)) < sum(before) / 2


def test_layers_of_other_classes_bring_connections_of_their_own():
    features = SoundNet(weights="spoken_digits", include_top=False)
    before = connections(features)
    x = tf.keras.layers.Flatten()(features.output)
    x = sbnn_keras.SparseBinaryDense(3, domain="signed", connections=0.25)(x)
    model = tf.keras.Model(features.input, tf.keras.layers.Softmax()(x))
    Recipe(connections=None, epochs=2, batch_size=5).fit(model, X, Y % 3, verbose=0)
    (share,) = [round(x.connections, 3) for x in model.layers[-2:] if hasattr(x, "connections")]
    assert connections(model)[:-1] == before and share == 0.25


def test_a_layer_without_any_to_keep_is_told():
    model = MLP((6, 6), units=(16,))
    with pytest.raises(
        ValueError, match="Layer 'sparse_binary_dense.*' has no connections to keep"
    ):
        Recipe(connections=None, epochs=2).fit(model, X[:, :6, :6], Y, verbose=0)
    with pytest.raises(ValueError, match="found None, wanted a share to go down to"):
        Recipe(connections=None).schedule(model, 5)


def test_connections_that_would_stay_are_told():
    model = MLP((6, 6), units=(16,))
    Recipe(connections=0.2, epochs=2, batch_size=10, frequency=1).fit(model, X[:, :6, :6], Y)
    first = connections(model)
    again = dict(epochs=2, batch_size=10, frequency=1)
    Recipe(connections=0.2, **again).fit(model, X[:, :6, :6], Y, verbose=0)
    for share in (0.05, 0.4):
        with pytest.raises(
            ValueError, match="keeps connections=0.* is 0.*Recipe\\(connections=None"
        ):
            Recipe(connections=share, **again).fit(model, X[:, :6, :6], Y)
    Recipe(connections=None, epochs=2).fit(model, X[:, :6, :6], Y, verbose=0)
    assert connections(model) == first
    own = MLP((6, 6), units=(16,), connections=0.1)
    with pytest.raises(ValueError, match="keeps connections=0.1, its own"):
        Recipe(connections=0.03).fit(own, X[:, :6, :6], Y)
