"""The learnt scale of the general domain: its gradient is found at the kernel."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras

IMAGE, VECTOR = (4, 9, 9, 5), (8, 20)
LAYERS = {
    "dense": (lambda **kw: sbnn_keras.SparseBinaryDense(6, **kw), VECTOR),
    "conv": (lambda **kw: sbnn_keras.SparseBinaryConv2D(6, 3, **kw), IMAGE),
    "depthwise": (lambda **kw: sbnn_keras.SparseBinaryDepthwiseConv2D(3, **kw), IMAGE),
    "separable": (
        lambda **kw: sbnn_keras.SparseBinarySeparableConv2D(6, 3, **kw),
        IMAGE,
    ),
}


@pytest.mark.parametrize("polarity", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_gradient_is_the_slope_of_the_loss(name, polarity):
    make, shape = LAYERS[name]
    tf.keras.utils.set_random_seed(1)
    layer = make(
        domain="general",
        polarity=polarity,
        input_quantizer="ste_sign",
        bias_initializer="ones",
    )
    x = tf.random.normal(shape)
    weights = tf.random.normal(layer(x).shape)
    (scale,) = [v for v in layer.trainable_variables if "domain_scale" in v.name]

    def loss_at(value):
        scale.assign(value)
        return tf.reduce_sum(weights * tf.tanh(0.3 * layer(x)))

    with tf.GradientTape() as tape:
        loss = loss_at(1.7)
    found = tape.gradient(loss, scale).numpy()
    wanted = (loss_at(1.71) - loss_at(1.69)).numpy() / 0.02
    assert np.abs(wanted) > 0.01
    assert found == pytest.approx(wanted, rel=2e-3, abs=1e-3)


def test_sums_and_the_kernels_gradient_are_left_alone():
    tf.keras.utils.set_random_seed(2)
    layer = sbnn_keras.SparseBinaryConv2D(
        6, 3, domain="general", input_quantizer="ste_sign", use_bias=False
    )
    x = tf.sign(tf.random.normal(IMAGE))
    with tf.GradientTape() as tape:
        found = layer(x)
        loss = tf.reduce_sum(tf.square(found))
    gradient = tape.gradient(loss, layer.kernel.latent_variable)
    kernel = tf.constant(layer.binary_kernel())
    with tf.GradientTape() as tape:
        tape.watch(kernel)
        wanted = tf.nn.conv2d(x, kernel, 1, "VALID") * layer.output_scale
        loss = tf.reduce_sum(tf.square(wanted))
    np.testing.assert_array_equal(found, wanted)
    inside = np.abs(layer.kernel.latent_variable.numpy()) <= 1
    np.testing.assert_allclose(gradient, tape.gradient(loss, kernel) * inside, rtol=1e-5, atol=1e-5)
