"""Thresholds say for every possible sum what the framework's float32 chain says."""

import numpy as np
import pytest
import tensorflow as tf

from sbnn_converter.graph import PointwiseStep
from sbnn_converter.graph.thresholds import FloatSums, IntegerSums, Levels, find_thresholds
from sbnn_keras.quantizers import QuantHardTanh


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
    positive = lambda x: layer(x, training=False).numpy()[0] >= 0  # noqa: E731
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


@pytest.mark.parametrize("bits", [1, 2, 3, 4])
def test_cuts_give_the_levels_of_keras_on_every_sum(rng, bits):
    channels, bound = 32, 400
    norm = random_batch_norm(rng, channels, 2)
    norm.gamma.assign(tf.where(tf.range(channels) < 4, 0.0, norm.gamma))  # constants
    quantizer = QuantHardTanh(bits, step=0.7)
    steps = [PointwiseStep(norm), PointwiseStep(quantizer)]
    found = find_thresholds(steps, channels, 2, IntegerSums(bound), bits)
    assert found.values.shape == (2**bits - 1, channels)
    assert np.all(np.diff(found.values, axis=0) >= 0)
    sums = np.arange(-bound, bound + 1)
    model = tf.keras.Sequential([tf.keras.Input(channels), norm, quantizer])
    x = np.repeat(sums[:, None], channels, 1).astype(np.float32)
    keras = model.predict(x, batch_size=len(x), verbose=0)
    np.testing.assert_array_equal(levels(found, sums[:, None]), keras)


def levels(cuts, sums):
    """The odd whole numbers that cuts make of sums."""
    top = len(cuts.values)
    reached = (sums[:, None] >= cuts.values).sum(1)
    return 2 * np.where(cuts.flips, top - reached, reached) - top


def test_cuts_of_planes_are_on_what_these_hold():
    steps = [PointwiseStep(lambda x: 1.5 - x)]
    found = find_thresholds(steps, 1, 2, Levels(3), 2)
    held = np.arange(8)
    wanted = [3, 3, 3, 3, 1, -1, -3, -3]  # of -7, -5 .. 7: 8.5, 6.5 .. -5.5
    np.testing.assert_array_equal(levels(found, held[:, None])[:, 0], wanted)


def test_constants_stand_channel_by_channel():
    cuts = find_thresholds([PointwiseStep(lambda x: x - [0.0, 10.0])], 2, 2, IntegerSums(99), 2)
    values, flips = cuts.constants()
    np.testing.assert_array_equal(values, [-2, 0, 2, 8, 10, 12])
    np.testing.assert_array_equal(flips, [0])
