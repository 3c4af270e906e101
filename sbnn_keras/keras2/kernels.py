"""Finds the sparse binary kernels of a model."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from larq.quantized_variable import QuantizedVariable

from sbnn_keras.keras2.keras_3 import check_model
from sbnn_keras.keras2.layers_base import SparseBinaryLayer
from sbnn_keras.keras2.quantizers import SparseBinary


class Kernel(NamedTuple):
    """One binarized kernel: in a layer of this package, or in one of Larq's."""

    layer: tf.keras.layers.Layer
    variable: QuantizedVariable
    quantizer: SparseBinary

    def __repr__(self) -> str:
        return f"Kernel({self.label!r}, {self.quantizer!r})"

    @property
    def latent(self) -> tf.Variable:
        return self.variable.latent_variable

    @property
    def label(self) -> str:
        """Name of the layer, and of the kernel where a layer has several."""
        name = self.variable.name.split("/")[-1].split(":")[0]
        return self.layer.name if name == "kernel" else f"{self.layer.name}/{name}"

    def steps(self) -> np.ndarray:
        """The connections now, each 1 or what its sign is, in float32; else 0.

        Raises:
            ValueError: a latent weight is NaN or infinite.
        """
        return self.quantizer.current_steps(self.latent)

    def trained_steps(self) -> int:
        """Training steps in which it held connections; those of files are counted on."""
        held = self.quantizer.held
        return 0 if held is None else int(held.steps.numpy())

    def hold(self, share: float) -> None:
        """Holds this share of the weights from now on: the largest that there are now."""
        latent = tf.convert_to_tensor(self.latent)
        held = self.quantizer.held
        assert held is not None  # the kernel is sparse and built
        held.hold(latent, share)
        held.choose(latent)


def sparse_binary_kernels(model, layers=None) -> Iterator[Kernel]:
    """The kernels with a `SparseBinary` quantizer, in the order of the layers.

    Args:
        model: a built Keras model.
        layers: names of layers to look at; all by default.
    """
    for layer in _named(model, layers):
        for weight in layer._trainable_weights + layer._non_trainable_weights:
            quantizer = getattr(weight, "quantizer", None)
            if isinstance(quantizer, SparseBinary):
                yield Kernel(layer, weight, quantizer)


def select_layers(model, names=None) -> list[SparseBinaryLayer]:
    """The sparse binary layers with these names; all of the model by default.

    Raises:
        ValueError: a name is not a sparse binary layer of the model.
    """
    check_model(model)
    known = {
        layer.name: layer
        for layer in model._flatten_layers(include_self=False)
        if isinstance(layer, SparseBinaryLayer)
    }
    for name in names or ():
        if name not in known:
            raise ValueError(
                f"No sparse binary layer is called {name!r} in model {model.name!r}: "
                f"wanted one of {list(known)}."
            )
    return [known[name] for name in (known if names is None else names)]


def _named(model, names):
    check_model(model)
    layers = list(model._flatten_layers(include_self=False))
    if names is None:
        return layers
    known = {layer.name: layer for layer in layers}
    for name in names:
        if name not in known:
            raise ValueError(
                f"No layer is called {name!r} in model {model.name!r}: wanted one of {list(known)}."
            )
    return [known[name] for name in names]
