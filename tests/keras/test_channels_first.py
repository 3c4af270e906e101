"""Channels-first data: computed where the platform can, else the platform's error."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras

LAYERS = {
    "conv2d": (
        sbnn_keras.SparseBinaryConv2D,
        dict(filters=6, kernel_size=3, strides=2, padding="same", pad_values=1),
        (0, 2, 3, 1),
        (0, 3, 1, 2),
        (2, 4, 9, 8),
    ),
    "conv2d polarity, bias": (
        sbnn_keras.SparseBinaryConv2D,
        dict(filters=5, kernel_size=(3, 2), bias_initializer="normal", activation="relu"),
        (0, 2, 3, 1),
        (0, 3, 1, 2),
        (2, 4, 9, 8),
    ),
    "conv1d": (
        sbnn_keras.SparseBinaryConv1D,
        dict(filters=6, kernel_size=3),
        (0, 2, 1),
        (0, 2, 1),
        (2, 4, 9),
    ),
}


@pytest.fixture(params=LAYERS)
def case(request):
    """A channels-first layer, its inputs, and the outputs of its channels-last twin."""
    make, arguments, to_last, to_first, shape = LAYERS[request.param]
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    common = dict(arguments, connections=0.3, input_quantizer="ste_sign")
    first = make(**common, data_format="channels_first")
    last = make(**common)
    expected = last(x.transpose(to_last)).numpy().transpose(to_first)
    first.build(shape)
    first.set_weights(last.get_weights())
    return first, x, expected


def test_it_agrees_with_channels_last_or_the_platform_refuses(case):
    layer, x, expected = case
    assert layer.compute_output_shape(x.shape) == expected.shape
    try:
        outputs = layer(x)
    except (tf.errors.OpError, NotImplementedError, ValueError) as error:
        assert tf.config.list_physical_devices("GPU") == []
        assert "NHWC" in str(error) or "channels_first" in str(error)
    else:
        np.testing.assert_array_equal(outputs, expected)


def test_compiled_by_xla_it_agrees_with_channels_last(case):
    layer, x, expected = case
    outputs = tf.function(layer, jit_compile=True)(x)
    np.testing.assert_array_equal(outputs, expected)
