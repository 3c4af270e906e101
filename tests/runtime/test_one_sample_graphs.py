"""A graph with a batch of one in it still runs batches, in every runtime."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import digits_net
from sbnn_converter.runtimes.interpreter import available_runtimes
from sbnn_converter.tflite.batch_axis import follows_batch
from sbnn_converter.verification.compare import UnequalShapes, compare
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

K = tf.keras.layers


def sequential(*layers, shape=(6,)):
    return tf.keras.Sequential([tf.keras.Input(shape), *layers])


def behind_dense(function):
    x = tf.keras.Input((6,))
    return tf.keras.Model(x, function(SparseBinaryDense(6)(x)))


def some_outputs():
    x = tf.keras.Input((6,))
    y = SparseBinaryDense(6)(x)
    return tf.keras.Model(x, [y, tf.slice(y, [0, 1], [tf.shape(y)[0], 2])])


BAKED = {
    "output shape": lambda: sequential(
        SparseBinaryConv2D(4, 3), K.Conv2DTranspose(2, 3, strides=2), shape=(8, 8, 3)
    ),
    "slice": lambda: behind_dense(lambda v: tf.slice(v, [0, 1], [tf.shape(v)[0], 2])),
    "some outputs": some_outputs,
    "fill": lambda: behind_dense(lambda v: tf.concat([v, tf.fill([tf.shape(v)[0], 1], 2.0)], -1)),
    "stack": lambda: behind_dense(lambda v: tf.transpose(tf.stack([v, v * 2], 0), [1, 0, 2])),
    "gather": lambda: behind_dense(lambda v: tf.gather(v, tf.range(tf.shape(v)[0]))),
    "variable states": lambda: sequential(K.LSTM(4), SparseBinaryDense(2), shape=(5, 6)),
    "states in a loop": lambda: sequential(
        K.GRU(4, reset_after=False), SparseBinaryDense(2), shape=(3, 6)
    ),
}


@pytest.fixture(scope="module")
def baked():
    """Model, file, samples and Keras's answers by what holds the batch."""
    rng = np.random.default_rng(1)
    cases = {}
    for name, make in BAKED.items():
        model = make()
        x = (rng.integers(0, 17, (5, *model.input_shape[1:])) / 16).astype(np.float32)
        wanted = [y.numpy() for y in tf.nest.flatten(model(x))]
        cases[name] = model, sbnn_converter.convert_keras_model(model), x, wanted
    return cases


@pytest.mark.parametrize("runtime", available_runtimes())
@pytest.mark.parametrize("name", BAKED)
def test_any_number_of_samples(baked, name, runtime):
    _, flatbuffer, x, wanted = baked[name]
    assert not follows_batch(flatbuffer)
    interpreter = sbnn_converter.Interpreter(flatbuffer, runtime=runtime)
    for size in (5, 1, 3):
        found = interpreter.predict(x[:size])
        for f, w in zip(found if isinstance(found, list) else [found], wanted):
            np.testing.assert_allclose(f, w[:size], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["output shape", "variable states"])
def test_tflm_starts_each_sample_anew(baked, name):
    _, flatbuffer, x, (wanted,) = baked[name]
    found = sbnn_converter.micro.Interpreter(flatbuffer).predict(x)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_verification_agrees(baked):
    for name in ("output shape", "slice"):
        model, flatbuffer, x, _ = baked[name]
        assert compare(model, flatbuffer, [x]).within(1e-4)


def test_a_runtime_that_fails_with_a_batch_gets_one_sample_at_a_time(baked, monkeypatch):
    _, flatbuffer, x, (wanted,) = baked["slice"]
    interpreter = sbnn_converter.Interpreter(flatbuffer)
    monkeypatch.setattr(interpreter, "_follows_batch", True)  # as if it were not known
    for _ in range(2):
        np.testing.assert_allclose(interpreter.predict(x), wanted, rtol=1e-5)
    assert not interpreter._follows_batch


def test_outputs_that_mix_samples_are_refused():
    model = behind_dense(lambda v: tf.transpose(v))
    flatbuffer = sbnn_converter.convert_keras_model(model)
    interpreter = sbnn_converter.Interpreter(flatbuffer)
    x = np.ones((3, 6), np.float32)
    assert interpreter.predict(x[:1]).shape == (6, 1)
    with pytest.raises(ValueError, match=r"output 0 has shape \(6, 1\) for 1 sample"):
        interpreter.predict(x)


def test_verification_refuses_unequal_shapes(baked):
    model, _, x, _ = baked["slice"]
    other = baked["gather"][1]
    with pytest.raises(UnequalShapes, match=r"shape \(5, 6\) for 5 samples, Keras's \(5, 2\)"):
        compare(model, other, [x])


def test_ordinary_networks_run_in_batches():
    images = sequential(
        SparseBinaryConv2D(4, 3, padding="same"),
        K.BatchNormalization(),
        K.ReLU(),
        K.ZeroPadding2D(1),
        K.DepthwiseConv2D(3),
        K.UpSampling2D(2),
        K.Cropping2D(1),
        K.GlobalAveragePooling2D(),
        K.Reshape((2, 2)),
        K.Permute((2, 1)),
        K.Flatten(),
        K.Dense(3),
        K.Softmax(),
        shape=(8, 8, 1),
    )
    for model in (digits_net(), images):
        assert follows_batch(sbnn_converter.convert_keras_model(model))
