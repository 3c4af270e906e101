"""int8: activations are known by what they are, not by what they are called."""

import functools

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_converter.micro
from networks import K, stir
from sbnn_keras import SparseBinaryDense


def sigmoid(x):
    return 4 * tf.math.sigmoid(x)


def tanh(x):
    return 1.7159 * tf.math.tanh(x * 0.6667)


def softmax(x):
    return 3 * tf.nn.softmax(x)


def relu(x):
    return tf.math.maximum(x, -1.0)


def linear(x):
    return tf.math.abs(x)


class Doubled:
    def __call__(self, x):
        return 2 * x


ACTIVATIONS = {
    **{f.__name__: f for f in (sigmoid, tanh, softmax, relu, linear)},
    "leaky_relu_layer": K.LeakyReLU(),
    "relu_layer": K.ReLU(),
    "softmax_layer": K.Softmax(),
    "partial": functools.partial(tf.nn.leaky_relu, alpha=0.1),
    "object": Doubled(),
    "lambda": lambda x: 2 * tf.math.sigmoid(x),
    "of_tensorflow": tf.nn.tanh,
}
LAYERS = {
    "dense": lambda activation: K.Dense(4, activation=activation),
    "convolution": lambda activation: tf.keras.Sequential(
        [K.Reshape((4, 4, 1)), K.Conv2D(2, 3, activation=activation), K.Flatten()]
    ),
    "activation": K.Activation,
    "sparse": lambda activation: SparseBinaryDense(4, connections=0.3, activation=activation),
}


@pytest.fixture
def x(rng):
    return (rng.integers(-128, 128, (100, 8)) / 128).astype(np.float32)


def convert(model, x) -> bytes:
    return sbnn_converter.convert_keras_model(
        model,
        representative_dataset=lambda: ([sample[None]] for sample in x),
        inference_input_type="int8",
        inference_output_type="int8",
    )


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_int8_answers_as_keras_does(x, name, layer):
    inputs = tf.keras.Input((8,))
    y = K.BatchNormalization()(SparseBinaryDense(16, connections=0.3)(inputs))
    model = stir(tf.keras.Model(inputs, LAYERS[layer](ACTIVATIONS[name])(y)))
    keras = model.predict(x, verbose=0)
    converted = convert(model, x)
    runtime = sbnn_converter.Interpreter(converted)
    q = runtime.quantize(x)
    found = runtime.predict(q)
    np.testing.assert_allclose(
        runtime.dequantize(found), keras, rtol=0, atol=0.06 * max(np.ptp(keras), 0.5)
    )
    micro = sbnn_converter.micro.Interpreter(converted).predict(q)
    assert np.abs(micro.astype(int) - found).max() <= 2  # of TFLite's own functions


def test_what_follows_a_function_of_the_user_is_right_too(x):
    inputs = tf.keras.Input((8,))
    y = K.BatchNormalization()(SparseBinaryDense(16, connections=0.3)(inputs))
    y = K.Activation(sigmoid)(SparseBinaryDense(12, connections=0.3)(y))
    model = stir(tf.keras.Model(inputs, K.Dense(10)(y)))
    keras = model.predict(x, verbose=0)
    runtime = sbnn_converter.Interpreter(convert(model, x))
    found = runtime.dequantize(runtime.predict(runtime.quantize(x)))
    assert np.abs(found - keras).max() <= 0.06 * np.ptp(keras)
    assert (found.argmax(1) == keras.argmax(1)).mean() > 0.9


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_thresholds_take_in_what_a_function_does(x, name):
    inputs = tf.keras.Input((8,))
    y = K.Activation(ACTIVATIONS[name])(SparseBinaryDense(16, connections=0.3)(inputs))
    y = SparseBinaryDense(5, connections=0.3, input_quantizer="ste_sign")(K.BatchNormalization()(y))
    model = stir(tf.keras.Model(inputs, y))
    keras = model.predict(x, verbose=0)
    found = sbnn_converter.Interpreter(sbnn_converter.convert_keras_model(model)).predict(x)
    np.testing.assert_array_equal(found, keras)


class Tripled(K.Softmax):
    def call(self, inputs, mask=None):
        return 3 * super().call(inputs)


class Scaled(K.Layer):
    """Has a function, and is more than it."""

    function = staticmethod(tf.nn.tanh)

    def call(self, inputs):
        return 3 * self.function(inputs)


class TwiceTanh(K.Activation):
    def call(self, inputs):
        return 2 * super().call(inputs)


class Gated(K.Dense):
    """Uses its activation for something else than what it computes."""

    def call(self, inputs):
        return tf.linalg.matmul(inputs, self.kernel) * self.activation(inputs[:, :4])


class Squared(K.Dense):
    def call(self, inputs):
        return super().call(inputs) ** 2


OWN = [Tripled(), Scaled(), TwiceTanh("tanh"), Gated(4, "tanh"), K.Dense(4, Tripled()), Squared(4)]


@pytest.mark.parametrize("layer", OWN, ids=lambda layer: type(layer).__name__)
@pytest.mark.parametrize("normalized", [False, True])
def test_layers_that_compute_something_of_their_own_are_not_known_by_their_class(
    x, layer, normalized
):
    inputs = tf.keras.Input((8,))
    y = K.BatchNormalization()(SparseBinaryDense(16, connections=0.3)(inputs))
    y = K.BatchNormalization()(layer(y)) if normalized else layer(y)
    model = stir(tf.keras.Model(inputs, y))
    keras = model.predict(x, verbose=0)
    runtime = sbnn_converter.Interpreter(convert(model, x))
    found = runtime.dequantize(runtime.predict(runtime.quantize(x)))
    np.testing.assert_allclose(found, keras, rtol=0, atol=0.06 * max(np.ptp(keras), 0.5))
