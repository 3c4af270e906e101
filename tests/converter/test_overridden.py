"""Subclasses of known layers are what their own code computes, not what they inherit."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import K
from parity import assert_agrees
from sbnn_converter import ConversionError
from sbnn_converter.framework.overridden import overridden
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

OPTIONS = dict(connections=0.5, input_quantizer="ste_sign")


class Squares(K.Dropout):
    def call(self, x, training=None):
        return x * x - 0.5


class LeastOf(K.MaxPooling2D):
    def call(self, x):
        return -super().call(-x)


class Reversed(K.Flatten):
    def call(self, x):
        return super().call(tf.reverse(x, [1]))


class Negative(K.Activation):
    def call(self, x):
        return -super().call(x)


class Swapped(K.Concatenate):
    def call(self, x):
        return super().call(x[::-1])


class Renamed(SparseBinaryDense):
    """Overrides nothing that computes."""


class Doubled(SparseBinaryDense):
    def call(self, x):
        return 2 * super().call(x)


class Shifted(SparseBinaryConv2D):
    def convolution_op(self, x, kernel):
        return super().convolution_op(x, kernel) + 1


class Finished(SparseBinaryDense):
    def finish(self, sums):
        return super().finish(sums) + 1.0


class Scaled(SparseBinaryDense):
    @property
    def output_scale(self):
        return 2 * super().output_scale


class Raised(K.Dense):
    """Has what is a word of ours, too, and overrides nothing."""

    exponent = finish = 3


class DoubledModel(tf.keras.Model):
    def call(self, x, training=None):
        return 2 * super().call(x)


def test_subclasses_without_a_binary_kernel_run_their_own_code(rng):
    x = tf.keras.Input((4, 4, 2))
    flat = Squares(0.5)(Reversed()(LeastOf(2)(x)))
    joined = Swapped()([Negative("relu")(flat), Renamed(4, **OPTIONS)(flat)])
    constant = K.Concatenate()([joined, flat, tf.ones((1, 2))])
    model = tf.keras.Model(x, [SparseBinaryDense(3, **OPTIONS)(joined), constant])
    assert_agrees(model, rng.normal(size=(1, 4, 4, 2)).astype(np.float32), rtol=1e-6)


def test_words_of_ours_are_no_code_of_others(rng):
    assert overridden(Raised(3)) is None and overridden(Finished(3)) == "finish"


@pytest.mark.parametrize(
    "layer",
    [
        Doubled(3, name="own"),
        Shifted(3, 2, name="own"),
        Finished(3, name="own"),
        Scaled(3, name="own"),
    ],
)
def test_binary_layers_with_code_of_their_own_are_refused(layer):
    model = tf.keras.Sequential([tf.keras.Input((4, 4, 2)), layer])
    with pytest.raises(ConversionError, match="^layer 'own' is a .* of its own"):
        sbnn_converter.convert_keras_model(model)


def test_a_functional_model_with_a_call_of_its_own_is_refused():
    x = tf.keras.Input((4,))
    model = DoubledModel(x, SparseBinaryDense(3, **OPTIONS)(x), name="net")
    with pytest.raises(ConversionError, match=r"^model 'net' is a DoubledModel with a call\(\)"):
        sbnn_converter.convert_keras_model(model)
    outer = tf.keras.Sequential([tf.keras.Input((4,)), model])
    with pytest.raises(ConversionError, match="DoubledModel that hides the binary layer"):
        sbnn_converter.convert_keras_model(outer)
