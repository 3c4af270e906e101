"""The exact share travels down a pruning schedule."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_model_optimization.sparsity.keras import (
    ConstantSparsity,
    PolynomialDecay,
)

import sbnn_keras
from sbnn_keras import ConnectionsSchedule, SparseBinaryDense

X = np.random.default_rng(0).normal(size=(64, 20)).astype(np.float32)
Y = np.random.default_rng(1).normal(size=(64, 10)).astype(np.float32)


def network(first=None, last=None, built=True):
    layers = [
        SparseBinaryDense(30, connections=first, name="first"),
        SparseBinaryDense(10, connections=last, name="last"),
    ]
    model = tf.keras.Sequential([tf.keras.Input((20,))] * built + layers)
    model.compile("adam", "mse")
    return model


def ones(model):
    return {layer.name: int(layer.binary_kernel().sum()) for layer in model.layers}


class Watch(tf.keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(ones(self.model)["first"])


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize("first", [None, 0.05])
def test_the_share_follows_the_schedule_exactly(built, first):
    model = network(first, built=built)
    decay = PolynomialDecay(0.5, 0.95, begin_step=0, end_step=6, power=1, frequency=2)
    watch = Watch()
    model.fit(X, Y, batch_size=8, verbose=0, callbacks=[ConnectionsSchedule(decay), watch])
    shares = [0.5, 0.5, 0.35, 0.35, 0.2, 0.2, 0.05, 0.05]
    # The first batch builds an unbuilt network, with its starting share.
    assert watch.seen == [round(s * 600) for s in shares]
    assert ones(model) == {"first": 30, "last": 15}


@pytest.mark.usefixtures("eagerly")
def test_a_layer_stops_at_its_own_share():
    model = network(last=0.2)
    model.fit(X, Y, verbose=0, callbacks=[ConnectionsSchedule(ConstantSparsity(0.9, 0))])
    assert ones(model) == {"first": 60, "last": 60}


@pytest.mark.usefixtures("eagerly")
def test_layers_are_exempted_and_overridden_by_name():
    model = network()
    before = ones(model)["last"]
    model.fit(
        X[:1], Y[:1], verbose=0, callbacks=[ConnectionsSchedule(0.1, overrides={"last": None})]
    )
    assert ones(model)["first"] == 60
    assert model.layers[1].connections is None and abs(ones(model)["last"] - before) < 30
    model.fit(X, Y, verbose=0, callbacks=[ConnectionsSchedule(0.1, overrides={"last": 0.3})])
    assert ones(model) == {"first": 60, "last": 90}


def test_a_schedule_that_ends_above_the_target_is_named():
    with pytest.raises(ValueError, match="'first'.*0.1 connections.*connections=0.05"):
        network(0.05).fit(X, Y, verbose=0, callbacks=[ConnectionsSchedule(0.1)])


def test_an_unknown_layer_is_named():
    with pytest.raises(ValueError, match=r"'lost'.*\['first', 'last'\]"):
        network().fit(X, Y, verbose=0, callbacks=[ConnectionsSchedule(0.1, layers=["lost"])])


@pytest.mark.usefixtures("eagerly")
def test_an_early_end_is_said(capsys):
    decay = PolynomialDecay(0.5, 0.95, begin_step=0, end_step=600)
    network().fit(X, Y, verbose=0, callbacks=[ConnectionsSchedule(decay)])
    assert "first: training ended before its schedule" in capsys.readouterr().out


@pytest.mark.usefixtures("eagerly")
def test_the_summary_tells_target_and_current_share():
    model = network(0.05)
    decay = PolynomialDecay(0.5, 0.95, begin_step=0, end_step=600)
    model.fit(X[:1], Y[:1], verbose=0, callbacks=[ConnectionsSchedule(decay)])
    lines = []
    sbnn_keras.summary(model, print_fn=lines.append)
    assert "held at 0.5, target 0.05" in " ".join("".join(lines).split())


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("rate", [1.0, 1000.0])
def test_latent_weights_at_their_bound_are_told(rate, capsys):
    model = network()
    model.compile(tf.keras.optimizers.SGD(rate), "mse")
    schedule = ConnectionsSchedule(ConstantSparsity(0.9, 0))
    epochs = tf.keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, _: print("epoch", epoch)
    )
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[schedule, epochs])
    latent = model.layers[0].kernel.latent_variable.numpy()
    printed = capsys.readouterr().out
    assert ("first:" in printed) == ((latent == 1.0).sum() > 30) == (rate == 1000.0)
    if rate == 1000.0:  # once, before more time is lost
        assert printed.index("first:") < printed.index("epoch 1")
        assert printed.count("first:") == 1
        assert "WeightClip(3)" in printed and "clip_value=3" in printed
