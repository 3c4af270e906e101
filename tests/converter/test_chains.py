"""Random chains of what may stand between binary layers agree with Keras."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

from networks import K, stir
from parity import assert_agrees
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

LAYERS = [
    lambda: lq.quantizers.SteSign(),
    lambda: lq.quantizers.SteHeaviside(),
    lambda: K.Lambda(lambda x: tf.where(x >= 0.25, 1.0, -1.0)),
    lambda: K.Activation(tf.sign),
    lambda: K.BatchNormalization(),
    lambda: K.ReLU(),
    lambda: K.MaxPooling2D(2, 1, "same"),
    lambda: K.Reshape((6, 4, -1)),
    lambda: K.Permute((2, 1, 3)),
    lambda: SparseBinaryConv2D(5, 2, connections=0.4, input_quantizer="ste_sign"),
    lambda: SparseBinaryConv2D(5, 1, connections=0.4, input_quantizer="ste_heaviside"),
]
ENDS = [lambda: K.GlobalMaxPooling2D(), lambda: K.Flatten()]


@pytest.mark.parametrize("seed", range(2))
def test_random_chains_agree(seed):
    """Several chains in one model: converting is what takes its time."""
    rng = np.random.default_rng(seed)
    x = tf.keras.Input((4, 6, 3))
    outputs = [_chain(rng, x) for _ in range(3)]
    data = rng.integers(-16, 17, (8, 4, 6, 3)).astype(np.float32) / 16
    assert_agrees(stir(tf.keras.Model(x, outputs), seed), data, rtol=1e-5)


def _chain(rng, x):
    y = SparseBinaryConv2D(4, 1, connections=0.4, input_quantizer="ste_sign")(x)
    for index in rng.integers(len(LAYERS), size=6):
        try:
            y = LAYERS[index]()(y)
        except ValueError:  # a shape that this layer cannot take
            continue
    y = ENDS[rng.integers(len(ENDS))]()(y)
    quantizer = ["ste_sign", "ste_heaviside"][rng.integers(2)]
    return SparseBinaryDense(3, connections=0.4, input_quantizer=quantizer)(y)
