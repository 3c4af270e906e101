"""`AlternatingSigns` negates every second pixel, in training and after conversion."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_keras


def test_neighbours_have_opposite_signs():
    x = np.ones((2, 4, 5, 1), np.float32)
    y = sbnn_keras.AlternatingSigns()(x).numpy()
    np.testing.assert_array_equal(np.abs(y), x)
    assert y[0, 0, 0, 0] == 1
    np.testing.assert_array_equal(y[:, 1:], -y[:, :-1])
    np.testing.assert_array_equal(y[:, :, 1:], -y[:, :, :-1])


def test_unknown_sizes_are_refused():
    with pytest.raises(ValueError, match="wanted all sizes but the batch"):
        sbnn_keras.AlternatingSigns()(tf.keras.Input((None, 4)))


@pytest.mark.parametrize("form", ["h5", "keras"])
def test_survives_saving_and_converts(form, tmp_path, rng):
    layers = [
        tf.keras.Input((6, 6)),
        sbnn_keras.AlternatingSigns(),
        tf.keras.layers.Flatten(),
        sbnn_keras.SparseBinaryDense(40, connections=0.2),
        tf.keras.layers.BatchNormalization(),
        sbnn_keras.SparseBinaryDense(5, connections=0.4),
    ]
    model = tf.keras.Sequential(layers)
    assert model.layers[2].input_quantizer is None  # pixels are still raw
    x = (rng.integers(-128, 128, (50, 6, 6)) / 128).astype(np.float32)
    model.compile("adam", "mse")
    model.fit(x, rng.normal(size=(50, 5)), verbose=0)
    model.save(tmp_path / f"model.{form}")
    loaded = tf.keras.models.load_model(tmp_path / f"model.{form}")
    expected = model.predict(x, verbose=0)
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), expected)
    converted = sbnn_converter.convert_keras_model(loaded)
    outputs = sbnn_converter.Interpreter(converted).predict(x)
    np.testing.assert_allclose(outputs, expected, rtol=1e-6, atol=1e-6)
