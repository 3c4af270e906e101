"""The published constraint on the expected connections."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras import ExpectedConnections, SparseBinaryDense
from sbnn_keras.penalty import penalty

X = np.random.default_rng(0).normal(size=(256, 20)).astype(np.float32)
Y = (X[:, :1] > 0).astype(np.float32)


def network(**last):
    return tf.keras.Sequential(
        [
            tf.keras.Input((20,)),
            SparseBinaryDense(30, name="first"),
            SparseBinaryDense(1, name="last", **last),
        ]
    )


@pytest.mark.parametrize("loss, h, gamma", [(2.0, 0.3, 0.07), (0.5, 1e-6, 0.5), (1.0, 0.2, 0.0)])
def test_the_penalty_is_the_share_gamma_of_the_total_loss(loss, h, gamma):
    h = tf.constant(h)
    with tf.GradientTape() as tape:
        tape.watch(h)
        value = penalty(tf.constant(loss), h, gamma)
    active = float(h) > 1e-5
    weight = gamma * loss / ((1 - gamma) * float(h)) if active else 0.0
    np.testing.assert_allclose(value, weight * float(h), rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(value, h), weight, rtol=1e-5)
    if active:
        np.testing.assert_allclose(value / (loss + value), gamma, rtol=1e-5)


def test_fit_and_a_custom_loop_compute_the_same_total_loss():
    model = network()
    constraint = ExpectedConnections(0.1, gamma=0.2)
    mse = tf.keras.losses.MeanSquaredError()
    total = constraint.total_loss(mse(Y, model(X)), model)
    model.compile("sgd", constraint.loss("mse", model))
    np.testing.assert_allclose(model.evaluate(X, Y, batch_size=256, verbose=0), total, rtol=1e-5)


def test_the_target_is_met_and_said(capsys):
    model = network()
    constraint = ExpectedConnections(0.2, gamma=0.3)
    model.compile(tf.keras.optimizers.Adam(1e-2), constraint.loss("mse"))
    model.fit(X, Y, batch_size=16, epochs=6, verbose=0, callbacks=[constraint])
    assert constraint.met and constraint.share <= 0.2
    assert "met" in capsys.readouterr().out


@pytest.mark.usefixtures("eagerly")
def test_a_missed_target_is_said(capsys):
    model = network()
    constraint = ExpectedConnections(0.01, gamma=0.001)
    model.compile("adam", constraint.loss("mse"))
    model.fit(X, Y, verbose=0, callbacks=[constraint])
    assert not constraint.met
    assert "NOT met" in capsys.readouterr().out


def test_layers_are_exempted_by_name_or_by_their_own_connections():
    def names(constraint, model):
        return [kernel.layer.name for kernel in constraint.kernels(model)]

    assert names(ExpectedConnections(0.1, 0.1), network()) == ["first", "last"]
    assert names(ExpectedConnections(0.1, 0.1, exempt=["last"]), network()) == ["first"]
    assert names(ExpectedConnections(0.1, 0.1), network(connections=0.3)) == ["first"]
    with pytest.raises(ValueError, match="'lost'"):
        ExpectedConnections(0.1, 0.1, exempt=["lost"]).kernels(network())


@pytest.mark.usefixtures("eagerly")
def test_a_loaded_model_trains_on_with_its_optimizer(tmp_path):
    model = network()
    model.compile("adam", ExpectedConnections(0.2, 0.1).loss("mse", model))
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.keras")
    again = tf.keras.models.load_model(tmp_path / "m.keras")
    assert int(again.optimizer.iterations) == 8
    again.fit(X, Y, verbose=0, callbacks=[ExpectedConnections(0.2, 0.1)])


@pytest.mark.parametrize("target, gamma", [(0, 0.1), (1.1, 0.1), (0.1, 1.0), (0.1, -0.1)])
def test_wrong_settings_are_named(target, gamma):
    with pytest.raises(ValueError, match="found .*wanted"):
        ExpectedConnections(target, gamma)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("form", [None, "keras", "h5"])
def test_the_summary_tells_target_and_share(form, tmp_path):
    model = network()
    constraint = ExpectedConnections(0.4, gamma=0.1)
    model.compile("adam", constraint.loss("mse"))
    model.fit(X, Y, verbose=0, callbacks=[constraint])
    if form:
        model.save(tmp_path / f"m.{form}")
        model = tf.keras.models.load_model(tmp_path / f"m.{form}")
    lines = []
    sbnn_keras.summary(model, print_fn=lines.append)
    text = "\n".join(lines)
    ones = sum(layer.binary_kernel().sum() for layer in model.layers)
    assert f"{ones / 630:.2%} over first, last together, target 40.00%" in text
    assert "constrained, EC 0.4" in text and "Not controlled" not in text
    assert ("NOT met" in text) == (ones / 630 > 0.4)


def test_the_summary_tells_it_after_a_custom_loop():
    model = network(connections=0.3)
    ExpectedConnections(0.4, gamma=0.1).total_loss(tf.constant(1.0), model)
    lines = []
    sbnn_keras.summary(model, print_fn=lines.append)
    assert "over first together, target 40.00%" in "\n".join(lines)


def test_works_on_a_model_that_was_never_compiled():
    model = tf.keras.Sequential([tf.keras.Input((6,)), sbnn_keras.SparseBinaryDense(4)])
    constraint = sbnn_keras.ExpectedConnections(0.5, gamma=0.1)
    constraint.set_model(model)
    constraint.on_train_end()
    ones = model.layers[0].binary_kernel()
    assert constraint.share == pytest.approx(ones.mean())
