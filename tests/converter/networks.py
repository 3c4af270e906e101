"""Networks for the tests, with weights and statistics that leave nothing at rest:
negative gammas, means off zero, both signs everywhere."""

import numpy as np
import tensorflow as tf

from sbnn_keras import ResidualStream, SparseBinaryConv2D, SparseBinaryDense

K = tf.keras.layers


def stir(model: tf.keras.Model, seed: int = 0) -> tf.keras.Model:
    """Gives every batch normalization statistics and gammas of either sign."""
    rng = np.random.default_rng(seed)
    normalizations = [
        layer._normalization if isinstance(layer, ResidualStream) else layer
        for layer in model.layers
    ]
    for layer in normalizations:
        if isinstance(layer, K.BatchNormalization):
            n = layer.moving_mean.shape[0]
            gamma = rng.choice([-1.0, 1.0], n) * rng.uniform(0.2, 2.0, n)
            if layer.scale:
                layer.gamma.assign(gamma)
            if layer.center:
                layer.beta.assign(rng.normal(0, 0.5, n))
            layer.moving_mean.assign(rng.normal(0, 0.7, n))
            layer.moving_variance.assign(rng.uniform(0.1, 2.0, n))
        elif getattr(layer, "bias", None) is not None:
            layer.bias.assign(rng.normal(0, 0.3, layer.bias.shape))
    return model


def digits_net(input_shape=(8, 8, 1), connections=0.1) -> tf.keras.Model:
    """Convolutions, pooling before and behind batch normalization, dense layers."""
    return stir(
        tf.keras.Sequential(
            [
                tf.keras.Input(input_shape),
                SparseBinaryConv2D(16, 3, padding="same", connections=0.3),
                K.BatchNormalization(),
                SparseBinaryConv2D(24, 3, padding="same", connections=connections),
                K.MaxPooling2D(2),
                K.BatchNormalization(),
                SparseBinaryConv2D(20, 3, padding="same", pad_values=1.0, connections=connections),
                K.BatchNormalization(),
                K.Flatten(),
                SparseBinaryDense(40, connections=connections),
                K.BatchNormalization(),
                SparseBinaryDense(10, connections=connections),
            ]
        )
    )


def binarynet_half(connections=0.05) -> tf.keras.Model:
    """BinaryNet/2, the network of the published figures: 32x32x3, six 3x3
    convolutions of 64 to 256 filters, three poolings, ten outputs."""
    model = tf.keras.Sequential([tf.keras.Input((32, 32, 3))])
    for filters in (64, 128, 256):
        for second in (False, True):
            model.add(
                SparseBinaryConv2D(
                    filters,
                    3,
                    padding="same",
                    use_bias=False,
                    connections=connections,
                    input_quantizer="ste_sign" if len(model.layers) else None,
                )
            )
            if second:
                model.add(K.MaxPooling2D(2))
            model.add(K.BatchNormalization())
    model.add(K.Flatten())
    model.add(
        SparseBinaryDense(10, connections=connections, input_quantizer="ste_sign", use_bias=False)
    )
    model.add(K.BatchNormalization())
    return stir(model)


def pixels(rng, n: int, shape=(8, 8, 1)) -> np.ndarray:
    """Random images in multiples of 1/16: their sums are exact in float32."""
    return (rng.integers(0, 17, (n, *shape)) / 16).astype(np.float32)


def signs(rng, n: int, shape) -> np.ndarray:
    """Random images of +1 and -1."""
    return rng.choice([-1.0, 1.0], (n, *shape)).astype(np.float32)
