"""Verification notices a wrong conversion and names the layer where it begins."""

import numpy as np
import pytest
import sbnn_converter
import tensorflow as tf
from networks import digits_net
from sbnn_converter import output_stage
from sbnn_converter.thresholds import Thresholds
from sbnn_converter.verification.compare import FLOAT_TOLERANCE, Comparison, compare
from sbnn_converter.verification.locate import first_parting_layer
from sbnn_converter.verification.samples import random_samples

from sbnn_keras import SparseBinaryDense

K = tf.keras.layers


@pytest.fixture
def wrong_thresholds(monkeypatch):
    """Thresholds far off for layers of 24 channels: the second convolution."""
    found = output_stage.find_thresholds

    def wrong(steps, channels, *rest):
        right = found(steps, channels, *rest)
        return Thresholds(right.values + 9, right.flips) if channels == 24 else right

    monkeypatch.setattr(output_stage, "find_thresholds", wrong)


def test_a_right_conversion_agrees():
    model = digits_net()
    samples = random_samples(model, 6)
    found = compare(model, sbnn_converter.convert_keras_model(model), samples)
    assert found.samples == 6 and found.magnitude > 0
    assert found.within(FLOAT_TOLERANCE) and found.differing_argmax == 0


def test_a_wrong_layer_is_found(wrong_thresholds):
    model = digits_net()
    samples = random_samples(model, 20)
    convert = sbnn_converter.convert_keras_model
    assert not compare(model, convert(model), samples).within(FLOAT_TOLERANCE)
    looked_at = []
    name = first_parting_layer(model, samples, convert, FLOAT_TOLERANCE, looked_at.append)
    # Up to its batch normalization the sums are right; the sign behind it, with
    # the wrong thresholds, is the next convolution's.
    convolutions = [l.name for l in model.layers if "conv2d" in l.name]
    assert name == convolutions[2]
    assert 0 < len(looked_at) <= 4  # of twelve layers: bisection


def test_parts_that_cannot_be_converted_alone_are_passed_over(wrong_thresholds):
    model = digits_net()

    def convert(part):
        if part.output.shape[-1] == 40:
            raise sbnn_converter.ConversionError("not alone")
        return sbnn_converter.convert_keras_model(part)

    samples = random_samples(model, 20)
    name = first_parting_layer(model, samples, convert, FLOAT_TOLERANCE)
    assert name == [l.name for l in model.layers if "conv2d" in l.name][2]


def test_not_a_number_is_no_agreement():
    assert not Comparison(1, float("nan"), 1.0, 0).within(1e9)


def samples_for(*layers, shape=(50,)):
    model = tf.keras.Sequential([tf.keras.Input(shape), *layers])
    (samples,) = random_samples(model, 40)
    assert samples.shape == (40, *shape) and samples.dtype == np.float32
    return samples


def test_random_samples_suit_the_input():
    pixels = samples_for(SparseBinaryDense(3))
    assert pixels.min() == 0 and pixels.max() == 1
    np.testing.assert_array_equal(pixels * 16, np.round(pixels * 16))

    signed = samples_for(SparseBinaryDense(3, input_quantizer="ste_sign"))
    assert signed.min() < -1 and signed.max() > 1 and abs(signed.mean()) < 0.2

    scaled = samples_for(K.Rescaling(1 / 255), SparseBinaryDense(3))
    assert scaled.max() > 200 and (scaled == np.round(scaled)).all()

    normalized = samples_for(K.Normalization(mean=100.0, variance=4.0), K.Dense(3))
    assert normalized.mean() == pytest.approx(100, abs=1)

    indices = samples_for(K.Embedding(7, 3))
    assert set(np.unique(indices)) == set(range(7))
