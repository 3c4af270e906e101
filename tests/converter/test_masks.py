"""Masks of time steps reach the layers that heed them, through sparse layers, too."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import K
from sbnn_converter import ConversionError
from sbnn_keras import SparseBinaryDense


def sparse(units):
    return SparseBinaryDense(units, connections=0.5, input_quantizer="ste_sign")


def test_masks_pass_sparse_layers_and_joints(rng):
    x = tf.keras.Input((5, 3))
    masked = K.Masking()(x)
    sums = K.Dropout(0.5)(sparse(4)(masked))
    joined = K.Concatenate()([sums, K.BatchNormalization()(sparse(2)(masked))])
    model = tf.keras.Model(
        x,
        [
            K.SimpleRNN(3, unroll=True)(sums),
            K.GlobalAveragePooling1D()(joined),
            K.GlobalAveragePooling1D()(K.Masking()(x)),
        ],
    )
    samples = rng.normal(size=(4, 5, 3)).astype(np.float32)
    samples[:, 3:] = samples[0, 1] = 0
    found = sbnn_converter.Interpreter(sbnn_converter.convert_keras_model(model)).predict(samples)
    for values, wanted in zip(found, model.predict(samples, verbose=0)):
        np.testing.assert_allclose(values, wanted, rtol=1e-5, atol=1e-5)


def test_a_mask_that_a_nested_model_would_heed_is_refused():
    inside = tf.keras.Sequential(
        [tf.keras.Input((5, 3)), sparse(4), K.GlobalAveragePooling1D(name="mean")], name="block"
    )
    x = tf.keras.Input((5, 3))
    with pytest.raises(ConversionError, match="^layer 'block' .* a mask, which 'mean'"):
        sbnn_converter.convert_keras_model(tf.keras.Model(x, inside(K.Masking()(x))))
