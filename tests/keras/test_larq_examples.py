"""Larq's own example networks run with only the layer names changed."""

import functools

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense


def readme():
    return tf.keras.models.Sequential(
        [
            tf.keras.layers.Flatten(input_shape=(28, 28, 1)),
            SparseBinaryDense(512, kernel_constraint="weight_clip"),
            SparseBinaryDense(
                10,
                input_quantizer="ste_sign",
                kernel_constraint="weight_clip",
                activation="softmax",
            ),
        ]
    )


def mnist_tutorial():
    arguments = dict(input_quantizer="ste_sign", kernel_constraint="weight_clip", use_bias=False)
    model = tf.keras.models.Sequential()
    model.add(
        SparseBinaryConv2D(
            32, (3, 3), kernel_constraint="weight_clip", use_bias=False, input_shape=(28, 28, 1)
        )
    )
    for units in (64, 64):
        model.add(tf.keras.layers.MaxPooling2D((2, 2)))
        model.add(tf.keras.layers.BatchNormalization(scale=False))
        model.add(SparseBinaryConv2D(units, (3, 3), **arguments))
    model.add(tf.keras.layers.BatchNormalization(scale=False))
    model.add(tf.keras.layers.Flatten())
    for units in (64, 10):
        model.add(SparseBinaryDense(units, **arguments))
        model.add(tf.keras.layers.BatchNormalization(scale=False))
    model.add(tf.keras.layers.Activation("softmax"))
    return model


def binary_net():
    arguments = dict(input_quantizer="ste_sign", kernel_constraint="weight_clip", use_bias=False)
    norm = functools.partial(tf.keras.layers.BatchNormalization, momentum=0.999, scale=False)
    model = tf.keras.models.Sequential(
        [
            SparseBinaryConv2D(
                16,
                3,
                kernel_constraint="weight_clip",
                use_bias=False,
                padding="same",
                input_shape=(28, 28, 1),
            ),
            norm(),
            SparseBinaryConv2D(16, 3, padding="same", **arguments),
            tf.keras.layers.MaxPool2D(pool_size=(2, 2), strides=(2, 2)),
            norm(),
            SparseBinaryConv2D(32, 3, padding="same", **arguments),
            tf.keras.layers.MaxPool2D(pool_size=(2, 2), strides=(2, 2)),
            norm(),
            tf.keras.layers.Flatten(),
            SparseBinaryDense(64, **arguments),
            norm(),
            SparseBinaryDense(10, **arguments),
            norm(),
            tf.keras.layers.Activation("softmax"),
        ]
    )
    return model


@pytest.mark.parametrize("make", [readme, mnist_tutorial, binary_net])
def test_it_trains_and_larq_summarizes_it(make):
    model = make()
    model.compile("adam", "sparse_categorical_crossentropy")
    x = np.random.default_rng(0).uniform(size=(64, 28, 28, 1)).astype(np.float32)
    y = np.arange(64) % 10
    losses = model.fit(x, y, batch_size=64, epochs=6, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    lines = []
    lq.models.summary(model, print_fn=lines.append)
    weights = sum(np.prod(layer.kernel.shape) for layer in model.layers if hasattr(layer, "kernel"))
    assert lq.models.ModelProfile(model).weight_count(bitwidth=1) == weights
    assert lines
