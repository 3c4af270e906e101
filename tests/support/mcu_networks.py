"""The networks that are measured on emulated cores: random weights with exact shares
of connections, random statistics, a fixed seed."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np


@dataclasses.dataclass(frozen=True)
class Case:
    """A network, how it is converted, and what it is fed.

    Attributes:
      build: makes the Keras model.
      shape: of an input.
      int8: whether everything is int8; else inputs and outputs are float32.
    """

    build: Callable
    shape: tuple[int, ...]
    int8: bool

    def samples(self, count: int, seed: int = 1) -> np.ndarray:
        """Random inputs ``[count, ...]``; floats are multiples of 1/16, so that their
        sums are exact."""
        rng = np.random.default_rng(seed)
        if self.int8:
            return rng.integers(-128, 128, (count, *self.shape), dtype=np.int8)
        return (rng.integers(0, 17, (count, *self.shape)) / 16).astype(np.float32)

    def convert(self, **kwargs) -> bytes:
        """The converted model; made once in a process where it is the same for all.

        Args:
          kwargs: for ``sbnn_converter.convert_keras_model``.
        """
        return self._converted(**kwargs) if kwargs else _as_it_is(self)

    def _converted(self, **kwargs) -> bytes:
        import tensorflow as tf

        import sbnn_converter

        _keras().backend.clear_session()  # names of layers count from the start
        _keras().utils.set_random_seed(0)
        model = _stir(self.build())
        if self.int8:
            rng = np.random.default_rng(2)
            images = rng.random((16, 1, *self.shape), np.float32)
            kwargs |= {
                "inference_input_type": tf.int8,
                "inference_output_type": tf.int8,
                "representative_dataset": lambda: ([image] for image in images),
            }
        return sbnn_converter.convert_keras_model(model, **kwargs)


@functools.cache
def _as_it_is(case: Case) -> bytes:
    return case._converted()


def _stir(model):
    """Statistics and gammas of either sign for every batch normalization, so that all
    thresholds and flips are in use."""
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if type(layer).__name__.startswith("BatchNormalization"):
            n = layer.moving_mean.shape[0]
            layer.moving_mean.assign(rng.normal(0, 0.7, n))
            layer.moving_variance.assign(rng.uniform(0.1, 2.0, n))
            if layer.scale:
                layer.gamma.assign(rng.choice([-1.0, 1.0], n) * rng.uniform(0.2, 2.0, n))
    return model


def _keras():
    import tensorflow as tf

    import sbnn_keras.keras2  # noqa: F401  (sets Keras 2 up; Larq knows no other)

    return tf.keras


def digits():
    """Convolutions and pooling on 8x8 digits, float input."""
    from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

    layers = _keras().layers
    return _keras().Sequential(
        [
            _keras().Input((8, 8, 1)),
            SparseBinaryConv2D(16, 3, padding="same", connections=0.3),
            layers.BatchNormalization(),
            SparseBinaryConv2D(24, 3, padding="same", connections=0.1),
            layers.MaxPooling2D(2),
            layers.BatchNormalization(),
            SparseBinaryConv2D(20, 3, padding="same", pad_values=1.0, connections=0.1),
            layers.BatchNormalization(),
            layers.Flatten(),
            SparseBinaryDense(40, connections=0.1),
            layers.BatchNormalization(),
            SparseBinaryDense(10, connections=0.1),
        ]
    )


def mnist_mlp(domain: str = "01", input_quantizer: str = "ste_sign"):
    """784-512-512-10 at 5 % connections."""
    from sbnn_keras import SparseBinaryDense

    layers = _keras().layers
    first = dict(domain=domain, connections=0.05)
    others = dict(first, input_quantizer=input_quantizer)
    return _keras().Sequential(
        [
            _keras().Input((784,)),
            SparseBinaryDense(512, **first),
            layers.BatchNormalization(),
            SparseBinaryDense(512, **others),
            layers.BatchNormalization(),
            SparseBinaryDense(10, **others),
            layers.BatchNormalization(),
        ]
    )


def signed_mlp():
    """The same with signs, and activations of two bits."""
    return mnist_mlp("signed", "quant_hard_tanh")


def residual():
    """Two residual blocks, one with a strided shortcut, and a mean at the end."""
    from sbnn_keras import SparseBinaryConv2D

    layers = _keras().layers
    binary = dict(padding="same", connections=0.1, input_quantizer="ste_sign")
    x = _keras().Input((16, 16, 3))
    y = layers.BatchNormalization()(layers.Conv2D(16, 3, padding="same")(x))
    z = layers.BatchNormalization()(SparseBinaryConv2D(16, 3, **binary)(y))
    y = layers.Add()([y, z])
    shortcut = layers.Conv2D(32, 1)(layers.AveragePooling2D(2)(y))
    z = layers.BatchNormalization()(SparseBinaryConv2D(32, 3, strides=2, **binary)(y))
    y = layers.Add()([z, shortcut])
    y = layers.Dense(10)(layers.GlobalAveragePooling2D()(y))
    return _keras().Model(x, y)


def separable():
    """Depthwise and separable convolutions."""
    from sbnn_keras import (
        SparseBinaryConv2D,
        SparseBinaryDense,
        SparseBinaryDepthwiseConv2D,
        SparseBinarySeparableConv2D,
    )

    layers = _keras().layers
    sign = dict(input_quantizer="ste_sign")
    return _keras().Sequential(
        [
            _keras().Input((16, 16, 3)),
            SparseBinaryConv2D(24, 3, padding="same", connections=0.2),
            layers.BatchNormalization(),
            SparseBinaryDepthwiseConv2D(3, padding="same", connections=0.3, **sign),
            layers.BatchNormalization(),
            SparseBinarySeparableConv2D(32, 3, strides=2, padding="same", connections=0.2, **sign),
            layers.BatchNormalization(),
            layers.Flatten(),
            SparseBinaryDense(10, connections=0.1, **sign),
        ]
    )


def larq_binary_net():
    """A small BinaryNet of Larq's own layers: weights of -1 and +1."""
    import larq as lq

    layers = _keras().layers
    binary = dict(kernel_quantizer="ste_sign", kernel_constraint="weight_clip", use_bias=False)
    model = _keras().Sequential(
        [
            _keras().Input((16, 16, 3)),
            lq.layers.QuantConv2D(16, 3, padding="same", **binary),
        ]
    )
    for filters, pool in [(16, True), (32, False), (32, True)]:
        model.add(layers.BatchNormalization(scale=False))
        model.add(
            lq.layers.QuantConv2D(filters, 3, padding="same", input_quantizer="ste_sign", **binary)
        )
        if pool:
            model.add(layers.MaxPooling2D(2))
    model.add(layers.BatchNormalization(scale=False))
    model.add(layers.Flatten())
    model.add(lq.layers.QuantDense(10, input_quantizer="ste_sign", **binary))
    return model


def binarynet_half():
    """BinaryNet at half its width: six convolutions and a dense layer at 5 %."""
    from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

    layers = _keras().layers
    model = _keras().Sequential([_keras().Input((32, 32, 3))])
    for number, filters in enumerate((64, 64, 128, 128, 256, 256)):
        model.add(SparseBinaryConv2D(filters, 3, padding="same", connections=0.05))
        if number % 2:
            model.add(layers.MaxPooling2D(2))
        model.add(layers.BatchNormalization())
    model.add(layers.Flatten())
    model.add(SparseBinaryDense(10, connections=0.05))
    return model


CASES = {
    "digits": Case(digits, (8, 8, 1), int8=False),
    "mnist_mlp": Case(mnist_mlp, (784,), int8=True),
    "residual": Case(residual, (16, 16, 3), int8=True),
    "separable": Case(separable, (16, 16, 3), int8=True),
    "larq_binary_net": Case(larq_binary_net, (16, 16, 3), int8=True),
}
BINARYNET_HALF = Case(binarynet_half, (32, 32, 3), int8=True)

# With those that are measured only.
ALL = {
    **CASES,
    "binarynet_half": BINARYNET_HALF,
    "signed_mlp": Case(signed_mlp, (784,), int8=True),
}


def models(paths: list[Path]) -> dict[str, bytes]:
    """The models of these files by name; without any, all networks of this one."""
    if paths:
        return {path.stem: path.read_bytes() for path in paths}
    return {name: case.convert() for name, case in ALL.items()}
