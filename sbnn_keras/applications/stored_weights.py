"""Weights of trained networks as small files hold them.

An .npz holds what a network computes with: kernels as their connections (-1, 0 and 1), and
batch normalization in float32. Latent weights, which only training needs, are not kept: a
kernel that is loaded has latent weights that are its connections, and holds their number.
"""

import numpy as np

from sbnn_keras.front import chosen_kernels

# Variables of sparsity control and of single sessions, which follow from the others.
_LEFT_OUT = ("connections", "threshold", "count", "steps", "first_batch_seen", "sharpness")


def save(model, path) -> None:
    """Writes the weights of a trained network.

    Args:
        model: as a function of `sbnn_keras.applications` built it.
        path: of the .npz to write.
    """
    kernels = _kernels(model)
    np.savez_compressed(
        path, **{key: _value(variable, kernels) for key, variable in _places(model).items()}
    )


def load(model, file) -> None:
    """Gives a network the weights of a file, or of its first layers.

    Args:
        model: built alike, or without the last layers.
        file: path or open file of an .npz, as `save` writes it.

    Raises:
        ValueError: the file holds weights of other shapes; nothing has changed then.
    """
    places, kernels = _places(model), _kernels(model)
    with np.load(file, allow_pickle=False) as arrays:
        for key, variable in places.items():
            found = arrays[key].shape if key in arrays else None
            if found != tuple(variable.shape):
                raise ValueError(
                    f"Weights of another network: found {found} for {variable.name}, wanted "
                    f"{tuple(variable.shape)}."
                )
        for key, variable in places.items():
            dtype = getattr(variable.dtype, "name", variable.dtype)
            variable.assign(arrays[key].astype(dtype))
            if id(variable) in kernels:
                kernels[id(variable)].hold(np.count_nonzero(arrays[key]) / arrays[key].size)


def _places(model) -> dict:
    """The variable of each name in a file.

    Layers are numbered, as their names differ from session to session; those of a network
    without top come first in the whole one, too.
    """
    places = {}
    for number, layer in enumerate(layer for layer in model.layers if layer.variables):
        for variable in layer.variables:
            name = variable.name.split("/")[-1].split(":")[0]  # Keras 3 has the last part alone
            # A quantizer puts its own name, which has a number, in front of its ratio.
            name = "ratio" if name.endswith("_ratio") else name
            if not name.endswith(_LEFT_OUT):
                places[f"{number}/{name}"] = variable
    return places


def _kernels(model) -> dict:
    """The sparse kernels, by the identity of their variables."""
    return {id(kernel.variable): kernel for kernel in chosen_kernels().sparse_binary_kernels(model)}


def _value(variable, kernels: dict) -> np.ndarray:
    if id(variable) not in kernels:
        return np.array(variable)
    return kernels[id(variable)].steps().astype(np.int8)
