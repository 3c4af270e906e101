"""The gradient of every quantizer equals its formula, written again in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from sbnn_keras import SharpnessSchedule, SparseBinaryDense
from sbnn_keras.quantizers import SparseBinary
from sbnn_keras.ratio import round_ratio

X = np.linspace(-1.6, 1.6, 641).astype(np.float32)


def ste(x):
    return (np.abs(x) <= 1).astype(float)


def approx(x):
    return np.where(np.abs(x) <= 1, (1 - np.abs(x)) * 2, 0)


def swish(x, beta=5.0):
    return beta * (2 - beta * x * np.tanh(beta * x / 2)) / (1 + np.cosh(beta * x))


def error_decay(x, t=0.1):
    return max(1 / t, 1) * t * (1 - np.tanh(t * x) ** 2)


FORMULAS = {"ste": ste, "approx": approx, "swish": swish, "error_decay": error_decay}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("domain", ["01", "general"])
def test_gradient_in_the_latent_weights(name, domain):
    quantizer = SparseBinary(pseudo_gradient=name, domain=domain)
    upstream = np.random.default_rng(0).normal(size=X.shape).astype(np.float32)
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = quantizer(x)
    expected = FORMULAS[name](X.astype(np.float64)) * upstream
    gradient = tape.gradient(outputs, x, output_gradients=tf.constant(upstream))
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(
        np.unique(outputs), np.unique((X > 0) + quantizer.ratio_steps / 64)
    )


@pytest.mark.parametrize("name", FORMULAS)
def test_gradients_in_the_domain_signed(name):
    layer = SparseBinaryDense(
        9,
        domain="signed",
        kernel_quantizer=SparseBinary(0.1, domain="signed", pseudo_gradient=name),
        use_bias=False,
        input_quantizer=None,
        exponent=0,
    )
    layer.build((None, 40))
    rng = np.random.default_rng(0)
    latent = rng.uniform(-1.5, 1.5, (40, 9)).astype(np.float32)
    layer.set_weights([latent])
    x = tf.constant(rng.normal(size=(5, 40)).astype(np.float32))
    upstream = rng.normal(size=(5, 9)).astype(np.float32)
    variable, quantizer = layer.kernel.latent_variable, layer.kernel_quantizer
    threshold = np.sort(np.abs(latent).ravel())[-36]
    kernel = np.sign(latent) * (np.abs(latent) >= threshold)
    with tf.GradientTape(persistent=True) as tape:
        outputs = layer(x)
        connections = quantizer.binarize(tf.convert_to_tensor(variable))
    np.testing.assert_array_equal(outputs, tf.matmul(x, kernel))
    np.testing.assert_array_equal(connections, np.abs(kernel))
    distance = np.abs(latent).astype(np.float64)
    if name != "ste":
        distance -= threshold
    slope = FORMULAS[name](distance)
    found = tape.gradient(outputs, variable, output_gradients=tf.constant(upstream))
    np.testing.assert_allclose(found, x.numpy().T @ upstream * slope, rtol=1e-3, atol=1e-4)
    found = tape.gradient(connections, variable)
    np.testing.assert_allclose(found, slope * np.sign(latent), rtol=1e-3, atol=1e-4)


def test_slopes_but_the_clipped_one_are_centred_at_the_threshold():
    layer = SparseBinaryDense(
        10, kernel_quantizer=SparseBinary(connections=0.1, pseudo_gradient="approx")
    )
    layer.build((None, 50))
    quantizer = layer.kernel_quantizer
    latent = layer.kernel.latent_variable.numpy()
    threshold = np.sort(latent.ravel())[-50]
    expected = approx(latent.astype(np.float64) - threshold)
    np.testing.assert_allclose(quantizer.slope(tf.constant(latent)), expected, atol=1e-6)


def test_the_ratio_is_rounded_straight_through():
    ratio = tf.constant([-0.7, 0.013, 0.5])
    with tf.GradientTape() as tape:
        tape.watch(ratio)
        rounded = round_ratio(ratio)
    np.testing.assert_array_equal(rounded * 64, np.round(ratio.numpy() * 64))
    np.testing.assert_array_equal(tape.gradient(rounded, ratio), [1, 1, 1])


def test_sharpness_rises_log_linearly_from_a_tenth_to_ten():
    layer = SparseBinaryDense(2, kernel_quantizer=SparseBinary(pseudo_gradient="error_decay"))
    model = tf.keras.Sequential([tf.keras.Input((3,)), layer])
    model.compile("sgd", "mse")
    seen = []
    model.fit(
        np.ones((2, 3)),
        np.ones((2, 2)),
        epochs=5,
        verbose=0,
        callbacks=[
            SharpnessSchedule(),
            tf.keras.callbacks.LambdaCallback(
                on_epoch_end=lambda *_: seen.append(
                    float(layer.kernel_quantizer._sharpness.numpy())
                )
            ),
        ],
    )
    np.testing.assert_allclose(seen, [0.1, 0.1**0.5, 1, 10**0.5, 10], rtol=1e-5)
