"""Verification notices a wrong conversion and names the layer where it begins."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import digits_net
from sbnn_converter.cli.representative_data import take_labels
from sbnn_converter.framework import face
from sbnn_converter.graph import output_stage
from sbnn_converter.graph.stage_constants import Cuts
from sbnn_converter.verification.compare import (
    FLOAT_TOLERANCE,
    Comparison,
    NothingToCompare,
    _check_labels,
    compare,
)
from sbnn_converter.verification.locate import first_parting_layer
from sbnn_converter.verification.samples import random_samples
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

K = tf.keras.layers


@pytest.fixture
def wrong_thresholds(monkeypatch):
    """Thresholds far off for layers of 24 channels: the second convolution."""
    found = output_stage.find_thresholds

    def wrong(steps, channels, *rest):
        right = found(steps, channels, *rest)
        return Cuts(right.values + 9, right.flips) if channels == 24 else right

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
    convolutions = [layer.name for layer in model.layers if "conv2d" in layer.name]
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
    assert name == [layer.name for layer in model.layers if "conv2d" in layer.name][2]


def test_not_a_number_is_no_agreement():
    assert not Comparison(1, float("nan"), 1.0, 0).within(1e9)


def classifier(units=4):
    layers = [tf.keras.Input((8,)), SparseBinaryDense(units, connections=0.3)]
    return tf.keras.Sequential(layers)


def channels_first():
    x = tf.keras.Input((2, 6, 6))
    y = SparseBinaryConv2D(3, 3, connections=0.5, data_format="channels_first")(x)
    return tf.keras.Model(x, K.Flatten()(y))


def test_what_keras_cannot_run_is_not_compared(monkeypatch):
    def refuses(model, samples):  # as TensorFlow does where oneDNN is off
        raise tf.errors.UnimplementedError(None, None, "only supports NHWC tensor format")

    model = channels_first()
    converted = sbnn_converter.convert_keras_model(model)
    monkeypatch.setattr(face, "predict", refuses)
    with pytest.raises(NothingToCompare, match="no channels-first convolutions .* on a CPU") as e:
        compare(model, converted, random_samples(model, 2))
    assert "\n" not in str(e.value)


def test_channels_first_is_compared_where_keras_runs_it():
    model = channels_first()
    samples = random_samples(model, 2)
    try:
        model.predict(samples, verbose=0)
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
        pytest.skip("TensorFlow has no channels-first convolutions on this CPU")
    assert compare(model, sbnn_converter.convert_keras_model(model), samples).within(1e-6)


def test_labels_give_the_accuracy_of_both():
    model = classifier()
    samples = random_samples(model, 40)
    keras = model.predict(samples[0], verbose=0).argmax(-1)
    labels = np.where(np.arange(40) < 10, (keras + 1) % 4, keras)  # 10 of 40 wrong
    found = compare(model, sbnn_converter.convert_keras_model(model), samples, labels)
    assert found.accuracy == found.keras_accuracy == 0.75
    assert found.classified == 40 and found.agreement == 1.0
    # Another conversion hits other labels than Keras does.
    other = sbnn_converter.convert_keras_model(classifier())
    found = compare(model, other, samples, keras)
    hits = (sbnn_converter.Interpreter(other).predict(samples[0]).argmax(-1) == keras).mean()
    assert found.keras_accuracy == 1.0 and found.accuracy == hits == found.agreement < 1


def test_an_output_of_one_number_has_no_classes():
    model = classifier(1)
    samples = random_samples(model, 5)
    flatbuffer = sbnn_converter.convert_keras_model(model)
    found = compare(model, flatbuffer, samples)
    assert found.agreement is None and found.within(FLOAT_TOLERANCE)
    with pytest.raises(ValueError, match=r"one output \(n, classes\), found \('n', 1\)"):
        compare(model, flatbuffer, samples, np.zeros(5, int))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 4], "labels go from 0 to 4, wanted 0 to 3"),
        ([0, -1, 2], "labels go from -1 to 2"),
        ([0, 1], "each of the 3 samples"),
        ([0.0, 1.0, 2.0], "float64, wanted the class"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels, message):
    outputs = [np.zeros((3, 4))]
    with pytest.raises(ValueError, match=message):
        _check_labels(np.asarray(labels), outputs)


def test_labels_come_with_the_representative_data():
    x = np.zeros((3, 8), np.float32)
    arrays = {"x": x, "labels": np.array([[0], [1], [2]])}
    rest, labels = take_labels(arrays, ["input_1"])
    assert list(rest) == ["x"] and labels.tolist() == [0, 1, 2]
    assert take_labels(arrays, ["x", "labels"])[1] is None  # an input that is called so
    assert take_labels({"labels": x}, ["input_1"])[1] is None  # the only array
    with pytest.raises(ValueError, match="2 in 'labels', but 3 samples"):
        take_labels({"x": x, "labels": np.arange(2)}, ["input_1"])
    with pytest.raises(ValueError, match="argmax"):
        take_labels({"x": x, "labels": np.eye(3)}, ["input_1"])


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
