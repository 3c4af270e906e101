"""Layers that keep something between two calls: frozen where that is right, else refused."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_model_optimization.sparsity.keras import prune_low_magnitude

import sbnn_converter
from networks import K
from parity import assert_agrees
from sbnn_converter import ConversionError
from sbnn_keras import SparseBinaryDense


class Masked(K.Layer):
    """Assigns ``kernel * mask`` to its kernel whenever it runs, as pruning wrappers do."""

    def build(self, shape):
        self.kernel = self.add_weight("kernel", (shape[-1], 5))
        self.mask = self.add_weight("mask", (shape[-1], 5), trainable=False)
        self.mask.assign(np.arange(self.mask.shape.num_elements()).reshape(-1, 5) % 2)

    def call(self, x):
        self.kernel.assign(self.kernel * self.mask)
        return x @ self.kernel


class Counting(K.Layer):
    def build(self, shape):
        self.calls = self.add_weight("calls", (), initializer="zeros", trainable=False)

    def call(self, x):
        self.calls.assign_add(1.0)
        return x + self.calls


def between(layer, **options):
    return tf.keras.Sequential(
        [
            tf.keras.Input(**options),
            layer,
            SparseBinaryDense(4, connections=0.5, input_quantizer="ste_sign"),
        ]
    )


def pruned():
    layer = prune_low_magnitude(K.Dense(5))
    layer.build((None, 8))
    for _, mask, _ in layer.pruning_vars:
        mask.assign(np.arange(40).reshape(8, 5) % 2)
    return layer


@pytest.mark.parametrize("make", [Masked, pruned])
def test_a_layer_that_assigns_the_same_again_is_frozen_and_left_as_it_is(rng, make):
    model = between(make(), shape=(8,))
    weights = model.get_weights()
    sbnn_converter.convert_keras_model(model)
    for found, wanted in zip(model.get_weights(), weights):
        np.testing.assert_array_equal(found, wanted)
    assert_agrees(model, rng.normal(size=(5, 8)).astype(np.float32))


@pytest.mark.parametrize(
    "layer, options",
    [
        (Counting(name="own"), dict(shape=(8,))),
        (K.LSTM(3, stateful=True, name="own"), dict(shape=(6, 4), batch_size=1)),
    ],
)
def test_a_layer_whose_state_changes_is_refused_by_name(layer, options):
    with pytest.raises(ConversionError, match="^layer 'own' .* changes its variable '.*'") as e:
        sbnn_converter.convert_keras_model(between(layer, **options))
    assert "\n" not in str(e.value)


def test_an_lstm_begins_anew_with_every_sample(rng):
    x = rng.normal(size=(4, 6, 4)).astype(np.float32)
    model = tf.keras.Sequential(
        [tf.keras.Input((6, 4)), SparseBinaryDense(4, connections=0.5), K.LSTM(3)]
    )
    assert_agrees(model, x, rtol=1e-5)


def test_recurrent_layers_of_one_size_begin_with_zeros_each(rng):
    # TFLiteConverter lets the loop begin with the tensor in which the LSTM keeps its state.
    x = tf.keras.Input((6, 4))
    y = SparseBinaryDense(4, connections=0.5, input_quantizer="ste_sign")(x)
    outputs = [K.SimpleRNN(3)(y), K.LSTM(3)(y), K.LSTM(3)(y), K.GRU(3)(y)]
    model = tf.keras.Model(x, outputs)
    assert_agrees(model, rng.normal(size=(3, 6, 4)).astype(np.float32), rtol=1e-5)
