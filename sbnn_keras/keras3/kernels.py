"""Finds the sparse binary kernels of a model."""

from collections.abc import Iterator
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from sbnn_keras.keras3.keras_2 import check_model
from sbnn_keras.keras3.layers_base import SparseBinaryLayer
from sbnn_keras.keras3.quantizers import SparseBinary


class Kernel(NamedTuple):
    """One binarized kernel in a layer of this package."""

    layer: keras.layers.Layer
    variable: keras.Variable
    quantizer: SparseBinary

    def __repr__(self) -> str:
        return f"Kernel({self.label!r}, {self.quantizer!r})"

    @property
    def latent(self) -> np.ndarray:
        """The latent weights now."""
        return ops.convert_to_numpy(self.variable.value)

    @property
    def label(self) -> str:
        """Name of the layer, and of the kernel where a layer has several."""
        name = self.variable.name
        return self.layer.name if name == "kernel" else f"{self.layer.name}/{name}"

    def steps(self) -> np.ndarray:
        """The connections now, each 1 or what its sign is, in float32; else 0.

        Raises:
            ValueError: a latent weight is NaN or infinite.
        """
        return self.quantizer.current_steps()

    def trained_steps(self) -> int:
        """Training steps in which it held connections; those of files are counted on."""
        held = self.quantizer.held
        return 0 if held is None else int(ops.convert_to_numpy(held.steps.value))

    def hold(self, share: float) -> None:
        """Holds this share of the weights from now on: the largest that there are now."""
        latent = ops.convert_to_tensor(self.variable.value)
        held = self.quantizer.held
        assert held is not None  # the kernel is sparse and built
        held.hold(latent, share)
        held.choose(latent)


def sparse_binary_kernels(model, layers=None) -> Iterator[Kernel]:
    """The kernels that a `SparseBinary` quantizer makes sparse, in the order of the layers.

    Args:
        model: a built model of Keras 3.
        layers: names of layers to look at; all by default.
    """
    for layer in _named(model, layers):
        if not isinstance(layer, SparseBinaryLayer) or not layer.built:
            continue
        for quantizer in layer.kernel_quantizers():
            if quantizer.is_sparse:
                yield Kernel(layer, quantizer.latent, quantizer)


def binary_layers(model) -> list[SparseBinaryLayer]:
    """All layers of this package with binary kernels, those with weights ±1 too."""
    check_model(model)
    return [la for la in _all_layers(model) if isinstance(la, SparseBinaryLayer)]


def select_layers(model, names=None) -> list[SparseBinaryLayer]:
    """The sparse binary layers with these names; all of the model by default.

    Raises:
        ValueError: a name is not a sparse binary layer of the model.
    """
    known = {
        layer.name: layer
        for layer in binary_layers(model)
        if layer.kernel_quantizers()[0].is_sparse
    }
    for name in names or ():
        if name not in known:
            raise ValueError(
                f"No sparse binary layer is called {name!r} in model {model.name!r}: "
                f"wanted one of {list(known)}."
            )
    return [known[name] for name in (known if names is None else names)]


def _all_layers(model) -> list:
    return list(model._flatten_layers(include_self=False))


def _named(model, names):
    check_model(model)
    layers = _all_layers(model)
    if names is None:
        return layers
    known = {layer.name: layer for layer in layers}
    for name in names:
        if name not in known:
            raise ValueError(
                f"No layer is called {name!r} in model {model.name!r}: wanted one of {list(known)}."
            )
    return [known[name] for name in names]
