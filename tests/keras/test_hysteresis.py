"""A connection keeps its place until another weight is clearly larger."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras.quantizers import SparseBinary


def layer_with(hysteresis, connections=0.25):
    layer = sbnn_keras.SparseBinaryDense(
        1,
        connections=connections,
        kernel_quantizer=SparseBinary(hysteresis=hysteresis, refresh_every=1),
        use_bias=False,
    )
    layer.build((None, 8))
    return layer


def choose(layer, latent):
    """The connections after one training step with these latent weights."""
    latent = np.asarray(latent, np.float32).reshape(8, 1)
    layer.kernel.latent_variable.assign(latent)
    layer(np.ones((2, 8), np.float32), training=True)
    return set(np.flatnonzero(layer.binary_kernel()))


FIRST = np.array([0.5, 0.4, 0.3, 0.2, 0.1, 0.0, -0.1, -0.2])  # their deviation is 0.23
CLEARLY_0_AND_1 = FIRST + np.array([9, 9, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize(("hysteresis", "wanted"), [(0.0, {0, 2}), (0.5, {0, 1})])
def test_a_little_more_is_enough_only_without_hysteresis(hysteresis, wanted):
    layer = layer_with(hysteresis)
    choose(layer, CLEARLY_0_AND_1)
    latent = FIRST.copy()
    latent[2] = 0.45
    assert choose(layer, latent) == wanted


def test_much_more_is_enough_and_the_number_stays():
    layer = layer_with(0.5)
    assert choose(layer, CLEARLY_0_AND_1) == {0, 1}
    latent = FIRST.copy()
    latent[7] = 2.0
    assert choose(layer, latent) == {0, 7}


def test_trains_and_is_saved(tmp_path):
    layer = layer_with(0.3)
    model = tf.keras.Sequential([tf.keras.Input((8,)), layer])
    model.compile("sgd", "mse")
    rng = np.random.default_rng(1)
    x = rng.normal(size=(64, 8))
    model.fit(x, x[:, :1], epochs=3, verbose=0)
    model.save(tmp_path / "model.keras")
    restored = tf.keras.models.load_model(tmp_path / "model.keras")
    quantizer = restored.layers[-1].kernel_quantizers()[0]
    assert quantizer.hysteresis == 0.3
    np.testing.assert_array_equal(
        restored.layers[-1].binary_kernel(), layer.binary_kernel()
    )
    assert layer.binary_kernel().sum() == 2


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf")])
def test_a_wrong_hysteresis_is_named(wrong):
    with pytest.raises(ValueError, match="hysteresis.*standard deviations"):
        SparseBinary(hysteresis=wrong)
