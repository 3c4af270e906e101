"""Keras 3 to Keras 2: the same numbers, or one line that says what cannot be moved."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_keras.keras3 as k3
from sbnn_converter.verification.compare import compare
from sbnn_keras.moving import to_keras_2

L = keras.layers
SHAPE = (6, 6, 4)


def sigmoid(x):
    """Not Keras's."""
    return 4 * tf.math.sigmoid(x)


def doubled(x):
    return 2 * keras.ops.tanh(x)


FUNCTIONS = """linear relu relu6 leaky_relu elu selu celu gelu silu mish softplus softsign tanh
hard_tanh sigmoid hard_sigmoid hard_silu log_softmax softmax exponential""".split()
LAYERS = {
    "leaky_relu": lambda: L.LeakyReLU(negative_slope=0.01),
    "relu": lambda: L.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2),
    "elu": lambda: L.ELU(alpha=0.5),
    "prelu": lambda: L.PReLU(alpha_initializer="uniform"),
    "softmax": lambda: L.Softmax(axis=1),
    "user_function": lambda: L.Activation(sigmoid),
    "user_function_of_ops": lambda: L.Activation(doubled),
    "layer_as_function": lambda: L.Activation(L.LeakyReLU(negative_slope=0.05)),
    "dense_with_user_function": lambda: L.Dense(4, activation=sigmoid),
    "dense_with_a_layer": lambda: L.Dense(4, activation=L.ReLU(max_value=0.5)),
    "sparse_with_user_function": lambda: k3.SparseBinaryDense(4, activation=sigmoid),
    "lambda": lambda: L.Lambda(lambda x: 3 * x),
    "batch_norm": lambda: L.BatchNormalization(axis=1, epsilon=0.1, center=False),
    "layer_norm": lambda: L.LayerNormalization(epsilon=0.5),
    "group_norm": lambda: L.GroupNormalization(groups=2),
    "conv": lambda: L.Conv2D(4, 3, dilation_rate=2, padding="same", bias_initializer="ones"),
    "groups": lambda: L.Conv2D(4, 3, groups=2),
    "transposed": lambda: L.Conv2DTranspose(3, 3, strides=2, padding="same"),
    "depthwise": lambda: L.DepthwiseConv2D(3, depth_multiplier=2),
    "separable": lambda: L.SeparableConv2D(4, 3),
    "average": lambda: L.AveragePooling2D(2, padding="same"),
    "maximum": lambda: L.MaxPooling2D(3, strides=1, padding="same"),
    "mean": lambda: L.GlobalAveragePooling2D(keepdims=True),
    "larger": lambda: L.UpSampling2D(2, interpolation="bilinear"),
    "resized": lambda: L.Resizing(4, 4, interpolation="nearest"),
    "padded": lambda: L.ZeroPadding2D(((1, 0), (0, 2))),
    "rescaled": lambda: L.Rescaling(0.5, offset=0.1),
    "flipped_in_training": lambda: L.RandomFlip("horizontal"),
    "turned_in_training": lambda: L.RandomRotation(0.5),
    "normalized": lambda: L.Normalization(mean=0.5, variance=2.0),
    "einsum": lambda: L.EinsumDense("abcd,de->abce", output_shape=(None, None, 5)),
    **{name: lambda name=name: L.Activation(name) for name in FUNCTIONS},
}
CALLS = {
    "attention": lambda y: L.Attention()([y, y]),
    "several_heads": lambda y: L.MultiHeadAttention(2, 3)(y, y),
    "in_training": lambda y: L.BatchNormalization()(y, training=True),
    "dropped_in_training": lambda y: L.Dropout(0.5)(y, training=True),
    "nested_in_training": lambda y: inner_model()(y, training=True),
    "lstm": lambda y: L.LSTM(3, recurrent_activation="hard_sigmoid")(y),
    "rnn": lambda y: L.SimpleRNN(3, activation=sigmoid)(y),
    "cell": lambda y: L.RNN(L.GRUCell(3, recurrent_activation="hard_sigmoid"))(y),
    "cells": lambda y: L.RNN(L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)]))(y),
    "spectral": lambda y: L.SpectralNormalization(L.Dense(3, bias_initializer="ones"))(y),
    "both_ways": lambda y: L.Bidirectional(L.GRU(3), merge_mode="sum")(y),
    "at_each_time": lambda y: L.TimeDistributed(L.Dense(2, activation=sigmoid))(y),
    "sparse_at_each_time": lambda y: L.TimeDistributed(k3.SparseBinaryDense(2))(y),
    "masked": lambda y: L.LSTM(3)(L.Masking(0.0)(y)),
    "mask_of_a_lambda": lambda y: L.LSTM(3)(
        L.Lambda(lambda x: x, mask=lambda x, mask: x[..., 0] > 0)(y)
    ),
    "nested": lambda y: inner_model()(y),
    "nested_sequential": lambda y: inner_sequential()(y),
    "nested_twice": lambda y: keras.Sequential([inner_sequential(), L.Dense(3)])(y),
    "nested_and_called_twice": lambda y: (lambda m: m(m(y)))(inner_model(4)),
    "nested_with_a_stream": lambda y: inner_stream()(y),
    "nested_at_each_time": lambda y: L.TimeDistributed(inner_sequential())(y),
    "joined": lambda y: L.Concatenate(axis=1)([y, y]),
}


def inner_model(units=5) -> keras.Model:
    inputs = keras.Input((36, 4))
    y = k3.SparseBinaryDense(units, input_quantizer="quant_hard_tanh", connections=0.4)(inputs)
    return keras.Model(inputs, L.BatchNormalization()(y))


def inner_sequential() -> keras.Model:
    return keras.Sequential(
        [
            k3.SparseBinaryDense(6, use_bias=False, connections=0.4),
            L.BatchNormalization(),
            k3.SparseBinaryDense(5, domain="general", input_quantizer="ste_sign"),
        ]
    )


def inner_stream() -> keras.Model:
    inputs = keras.Input((36, 4))
    y = k3.SparseBinaryDense(4, domain="signed", input_quantizer="ste_sign")(inputs)
    return keras.Model(inputs, k3.ResidualStream(6)([k3.ResidualStream(6)(inputs), y]))


def network(behind) -> keras.Model:
    keras.utils.set_random_seed(1)
    inputs = keras.Input(SHAPE)
    y = k3.SparseBinaryConv2D(4, 3, padding="same", connections=0.5)(inputs)
    return keras.Model(inputs, behind(y))


def assert_moved(model) -> None:
    x = np.random.default_rng(0).normal(0, 1, (3, *SHAPE)).astype(np.float32)
    moved = to_keras_2(model)
    found, wanted = moved.predict(x, verbose=0), model.predict(x, verbose=0)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=2e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_computes_the_same(name):
    assert_moved(network(lambda y: LAYERS[name]()(y)))


@pytest.mark.parametrize("name", CALLS)
def test_a_call_computes_the_same(name):
    assert_moved(network(lambda y: CALLS[name](L.Reshape((36, 4))(y))))


def test_a_mask_that_the_user_gives_is_taken_along():
    inputs, mask = keras.Input((6, 4)), keras.Input((6,), dtype="bool")
    model = keras.Model([inputs, mask], k3.SparseBinaryDense(3)(L.LSTM(3)(inputs, mask=mask)))
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(4, 6, 4)).astype(np.float32), rng.random((4, 6)) < 0.5]
    found = to_keras_2(model)([tf.constant(a) for a in x]).numpy()
    np.testing.assert_allclose(found, np.asarray(model(x)), rtol=0, atol=1e-6)


class ReLU(L.Layer):
    """Not Keras's, either."""

    def call(self, x):
        return keras.ops.relu(x) - 1


class SparseBinaryDense(k3.SparseBinaryDense):
    def call(self, x):
        return 2 * super().call(x)


REFUSED = {
    "a_layer_of_the_user": (lambda: ReLU(), f"found ReLU of {__name__!r}"),
    "one_that_inherits": (lambda: SparseBinaryDense(4), f"found SparseBinaryDense of {__name__!r}"),
    "a_setting_that_keras_2_lacks": (
        lambda: L.Resizing(3, 3, data_format="channels_first"),
        "found data_format='channels_first', wanted 'channels_last'",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_another_network_is_refused_in_one_line(name):
    layer, words = REFUSED[name]
    model = network(lambda y: layer()(y))
    with pytest.raises(ValueError, match="cannot be moved to Keras 2") as caught:
        to_keras_2(model)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_int8_answers_as_a_function_of_the_user_does():
    model = network(lambda y: L.Activation(sigmoid)(k3.SparseBinaryDense(4)(L.Flatten()(y))))
    x = (np.random.default_rng(0).integers(-128, 128, (50, *SHAPE)) / 128).astype(np.float32)
    converted = sbnn_converter.convert_keras_model(
        model,
        representative_dataset=lambda: ([sample[None]] for sample in x),
        inference_input_type="int8",
        inference_output_type="int8",
    )
    runtime = sbnn_converter.Interpreter(converted)
    found = runtime.dequantize(runtime.predict(runtime.quantize(x)))
    keras_says = np.asarray(model(x))
    assert np.abs(found - keras_says).max() <= 0.05 * np.ptp(keras_says)


def test_what_is_compared_with_is_the_network_that_was_moved():
    model = network(lambda y: L.Dense(3, kernel_initializer="ones")(L.Flatten()(y)))
    moved = to_keras_2(model)
    x = np.random.default_rng(0).normal(0, 1, (20, *SHAPE)).astype(np.float32)
    assert compare(moved, sbnn_converter.convert_keras_model(moved), [x]).relative < 1e-5
    moved.layers[-1].set_weights([2 * w for w in moved.layers[-1].get_weights()])
    assert compare(moved, sbnn_converter.convert_keras_model(moved), [x]).relative > 0.5
