"""Thresholds say for every possible sum what the framework's float32 chain says."""

import numpy as np
import pytest
import tensorflow as tf

from sbnn_converter.graph import PointwiseStep
from sbnn_converter.graph.thresholds import FloatSums, IntegerSums, find_thresholds


def batch_norm(gamma, beta, mean, variance, rank):
    layer = tf.keras.layers.BatchNormalization()
    layer.build((None,) * (rank - 1) + (len(gamma),))
    for variable, value in [
        (layer.gamma, gamma),
        (layer.beta, beta),
        (layer.moving_mean, mean),
        (layer.moving_variance, variance),
    ]:
        variable.assign(value)
    return layer


def random_batch_norm(rng, channels, rank):
    return batch_norm(
        rng.normal(0, 1, channels),
        rng.normal(0, 1, channels),
        rng.normal(0, 20, channels).round(),  # on whole sums: provokes ties
        rng.uniform(0.01, 100, channels),
        rank,
    )


@pytest.mark.parametrize("rank", [2, 4])
@pytest.mark.parametrize("shift", [0, 1, 6])
def test_integer_thresholds_agree_with_keras_on_every_sum(rng, rank, shift):
    channels, bound = 64, 300 << shift
    layer = random_batch_norm(rng, channels, rank)
    found = find_thresholds([PointwiseStep(layer)], channels, rank, IntegerSums(bound, 2.0**-shift))
    sums = np.arange(-bound, bound + 1)
    x = np.repeat((sums / 2.0**shift).astype(np.float32)[:, None], channels, 1)
    x = x.reshape((len(sums),) + (1,) * (rank - 2) + (channels,))
    model = tf.keras.Sequential([tf.keras.Input(x.shape[1:]), layer])
    keras = model.predict(x, batch_size=len(x), verbose=0).reshape(-1, channels) >= 0
    ours = (sums[:, None] >= found.values) ^ found.flips
    np.testing.assert_array_equal(ours, keras)


def test_float_thresholds_are_the_exact_float32_where_the_sign_flips(rng):
    channels = 64
    layer = random_batch_norm(rng, channels, 2)
    found = find_thresholds([PointwiseStep(layer)], channels, 2, FloatSums())
    at = found.values
    below = np.nextafter(at, np.float32(-np.inf))
    positive = lambda x: layer(x[None], training=False).numpy()[0] >= 0  # noqa: E731
    np.testing.assert_array_equal(positive(at), ~found.flips)
    np.testing.assert_array_equal(positive(below), found.flips)


@pytest.mark.parametrize("beta", [-1.0, 0.0, 1.0])
def test_a_zero_gamma_gives_a_constant_channel(beta):
    layer = batch_norm([0.0], [beta], [3.0], [1.0], 2)
    found = find_thresholds([PointwiseStep(layer)], 1, 2, IntegerSums(10))
    sums = np.arange(-10, 11)
    bits = (sums >= found.values) ^ found.flips
    assert bits.all() if beta >= 0 else not bits.any()


def test_no_function_at_all_is_the_sign_itself():
    found = find_thresholds([], 3, 2, IntegerSums(5))
    np.testing.assert_array_equal(found.values, 0)
    assert not found.flips.any()
