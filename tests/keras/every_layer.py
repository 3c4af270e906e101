"""A network of Keras 3 with every layer of the front."""

import keras

import sbnn_keras.keras3 as k3

L = keras.layers


def every_layer() -> keras.Model:
    """Every layer of the front, in every domain."""
    inputs = keras.Input((8, 8, 3))
    x = k3.SparseBinaryConv2D(
        8, 3, padding="same", pad_values=1.0, domain="general", connections=0.2
    )(inputs)
    x = L.BatchNormalization()(x)
    x = k3.SparseBinaryConv2D(
        8, 3, padding="same", domain="signed", input_quantizer="quant_hard_tanh", use_bias=False
    )(x)
    stream = k3.ResidualStream(6)(x)
    y = k3.SparseBinaryDepthwiseConv2D(3, padding="same", connections=0.3)(stream)
    stream = k3.ResidualStream(6)([stream, y])
    x = L.BatchNormalization()(k3.SparseBinarySeparableConv2D(6, 3, connections=0.2)(stream))
    x = L.Reshape((36, 6))(x)
    x = L.BatchNormalization()(k3.SparseBinaryConv1D(4, 3, padding="causal")(x))
    x = L.BatchNormalization()(k3.SparseBinarySeparableConv1D(4, 3)(x))
    x = k3.SparseBinaryDense(16, domain="signs")(L.Flatten()(x))
    x = k3.SparseBinaryDense(10, connections=0.2)(L.BatchNormalization()(x))
    return keras.Model(inputs, x)
