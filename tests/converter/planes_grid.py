"""Small random networks: every domain with every number of bits, with and without a
stream, over paddings, strides, groups and poolings.

Many of them stand side by side in one model, an output each: a conversion costs as much
as some hundred layers in it.
"""

import itertools
import os

import numpy as np
import tensorflow as tf

import sbnn_keras
from networks import K, stir
from sbnn_keras.quantizers import QuantHardTanh

SHAPE = (9, 10, 4)
DOMAINS = ["01", "general", "signed"]
BITS = [1, 2, 3, 4]
POOLS = [None, "before", "behind"]
STREAMS = [None, 6, 8]
PARTS = 60


def combinations() -> list[tuple]:
    """All of them, in an order that mixes them well, the same everywhere."""
    found = list(
        itertools.product(DOMAINS, BITS, STREAMS, ["same", "valid"], [1, 2], [1, 2], POOLS)
    )
    return [found[i] for i in np.random.default_rng(0).permutation(len(found))]


def part(number: int) -> list[tuple]:
    """One of PARTS parts. With SBNN_GRID_PART set to 0, 1, ... 59 in turn the whole grid
    is run."""
    number += int(os.environ.get("SBNN_GRID_PART", "0"))
    return combinations()[number % PARTS :: PARTS]


def network(x, domain, bits, stream_bits, padding, stride, groups, pool, connections=None):
    """Two or three layers, whose outputs are sums. Some channels have no connection, unless
    the layers' share of `connections` is given."""

    def conv(filters, bits, **kwargs):
        kwargs = dict(padding="same", use_bias=False, connections=0.15) | kwargs
        if connections is not None:
            kwargs["connections"] = connections
        return sbnn_keras.SparseBinaryConv2D(
            filters, 3, input_quantizer=QuantHardTanh(bits), domain=domain, **kwargs
        )

    y = conv(8, bits, padding=padding, strides=stride, groups=groups)(x)
    if pool == "before":
        y = K.MaxPooling2D(2)(y)
    if stream_bits is None or domain == "general":  # whose factor is no power of two
        y = K.BatchNormalization()(y)
    else:
        stream = sbnn_keras.ResidualStream(stream_bits)(y)
        sums = conv(8, bits % 4 + 1, groups=groups)(stream)
        y = sbnn_keras.ResidualStream(stream_bits)([stream, sums])
        if padding == "valid":
            y = K.BatchNormalization()(y)
    if pool == "behind":
        y = (K.MaxPooling2D if stride == 1 else K.AveragePooling2D)(2)(y)
    return conv(5, bits if stream_bits else (bits + 1) % 4 + 1, connections=0.3)(y)


def model_of(cases: list[tuple]) -> tf.keras.Model:
    """The networks side by side, with statistics and gammas of either sign."""
    x = tf.keras.Input(SHAPE)
    model = stir(tf.keras.Model(x, [network(x, *case) for case in cases]))
    rng = np.random.default_rng(1)
    for layer in model.layers:
        if isinstance(layer, sbnn_keras.ResidualStream):
            n = layer.get_weights()[0].shape[0]
            gamma = rng.choice([-1, 1], n) * rng.uniform(0.2, 2, n)
            layer.set_weights(
                [gamma, rng.normal(0, 0.5, n), rng.normal(0, 2, n), rng.uniform(1, 20, n)]
            )
    return model
