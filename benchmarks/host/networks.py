"""The layer and the network that hosts are measured on, for every peer.

The layer is a 3x3 convolution from 64 to 64 channels on 32x32, "same". The network,
BinaryNet/2, has the shape of CIFAR-10: 32x32x3, convolutions of 64, 64, pool, 128, 128,
pool, 256, 256, pool filters, all 3x3 with batch normalization behind them, and a dense
layer of 10 units. Weights and statistics are random: times depend on shapes and on
the share of ones only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

import sbnn_keras

import larq as lq  # isort: skip

layers = tf.keras.layers
LAYER_INPUT = (32, 32, 64)
NETWORK_INPUT = (32, 32, 3)

# What makes a layer from its number of filters; `first`: it reads real numbers.
MakeConv = Callable[..., tf.keras.layers.Layer]


def _stir(model: tf.keras.Model) -> tf.keras.Model:
    """Gives every batch normalization statistics and gammas of either sign."""
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            n = layer.moving_mean.shape[0]
            layer.gamma.assign(rng.choice([-1.0, 1.0], n) * rng.uniform(0.2, 2.0, n))
            layer.beta.assign(rng.normal(0, 0.5, n))
            layer.moving_mean.assign(rng.normal(0, 0.7, n))
            layer.moving_variance.assign(rng.uniform(0.1, 2.0, n))
    return model


def sparse_conv(connections: float, signed: bool = False) -> MakeConv:
    """Our convolution with this share of ones; ``signed``: of -1 and +1, on two bits."""

    def make(filters: int, first: bool = False):
        return sbnn_keras.SparseBinaryConv2D(
            filters,
            3,
            padding="same",
            connections=connections,
            use_bias=False,
            **_kind(signed, first),
        )

    return make


def _kind(signed: bool, first: bool = False) -> dict:
    """The weights and activations of a layer of ours."""
    if not signed:
        return {"input_quantizer": None if first else "ste_sign"}
    return {"domain": "signed", "input_quantizer": None if first else "quant_hard_tanh"}


def larq_conv(filters: int, first: bool = False):
    """Larq's convolution, padded with +1: what its engine keeps packed."""
    return lq.layers.QuantConv2D(
        filters,
        3,
        padding="same",
        pad_values=0.0 if first else 1.0,
        use_bias=False,
        input_quantizer=None if first else "ste_sign",
        kernel_quantizer="ste_sign",
        kernel_constraint="weight_clip",
    )


def float_conv(filters: int, first: bool = False):
    """Keras's own convolution."""
    return layers.Conv2D(filters, 3, padding="same", use_bias=False)


def three_layers(conv: MakeConv, shape: tuple[int, int, int] = LAYER_INPUT) -> tf.keras.Model:
    """The layer between two others: the middle one reads and writes packed bits."""
    stack = [tf.keras.Input(shape)]
    for _ in range(3):
        stack += [conv(shape[-1]), layers.BatchNormalization()]
    return _stir(tf.keras.Sequential(stack))


def one_layer() -> tf.keras.Model:
    """The layer alone, with Keras's own convolution."""
    return tf.keras.Sequential([tf.keras.Input(LAYER_INPUT), float_conv(64)])


def network(conv: MakeConv, dense, activation: bool = False) -> tf.keras.Model:
    """BinaryNet/2. ``activation``: a ReLU behind each convolution, not a sign in front."""
    stack = [tf.keras.Input(NETWORK_INPUT)]
    for index, filters in enumerate((64, 128, 256)):
        for second in (False, True):
            stack.append(conv(filters, first=index == 0 and not second))
            if second:
                stack.append(layers.MaxPooling2D(2))
            stack.append(layers.BatchNormalization())
            if activation:
                stack.append(layers.ReLU())
    stack += [layers.Flatten(), dense, layers.BatchNormalization()]
    return _stir(tf.keras.Sequential(stack))


def sparse_dense(connections: float, signed: bool = False):
    return sbnn_keras.SparseBinaryDense(
        10, connections=connections, use_bias=False, **_kind(signed)
    )


def larq_dense():
    return lq.layers.QuantDense(
        10,
        input_quantizer="ste_sign",
        kernel_quantizer="ste_sign",
        kernel_constraint="weight_clip",
        use_bias=False,
    )


def float_dense():
    return layers.Dense(10, use_bias=False)


def samples(shape: tuple[int, ...]) -> Iterator[list[np.ndarray]]:
    """Random images for calibration."""
    rng = np.random.default_rng(1)
    for _ in range(16):
        yield [rng.uniform(0, 1, (1, *shape)).astype(np.float32)]
