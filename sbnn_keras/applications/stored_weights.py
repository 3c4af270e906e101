"""Weights of trained networks as small files hold them.

An .npz holds what a network computes with: kernels as their connections (-1, 0 and 1), and
batch normalization in float32. Latent weights, which only training needs, are not kept: a
kernel that is loaded has latent weights that are its connections, and holds their number.
"""

import numpy as np
import tensorflow as tf

# Variables of sparsity control and of single sessions, which follow from the others.
_LEFT_OUT = ("connections", "threshold", "count", "steps", "first_batch_seen", "sharpness")


def save(model, path) -> None:
    """Writes the weights of a trained network.

    Args:
        model: as a function of `sbnn_keras.applications` built it.
        path: of the .npz to write.
    """
    np.savez_compressed(path, **{key: _value(*at) for key, at in _places(model).items()})


def load(model, file) -> None:
    """Gives a network the weights of a file, or of its first layers.

    Args:
        model: built alike, or without the last layers.
        file: path or open file of an .npz, as `save` writes it.

    Raises:
        ValueError: the file holds weights of other shapes; nothing has changed then.
    """
    places = _places(model)
    with np.load(file, allow_pickle=False) as arrays:
        for key, (_, variable) in places.items():
            found = arrays[key].shape if key in arrays else None
            if found != tuple(variable.shape):
                raise ValueError(
                    f"Weights of another network: found {found} for {variable.name}, wanted "
                    f"{tuple(variable.shape)}."
                )
        for key, (layer, variable) in places.items():
            variable.assign(tf.cast(arrays[key], variable.dtype))
            if _is_kernel(layer, variable):
                _hold(layer, np.count_nonzero(arrays[key]) / arrays[key].size)


def _places(model) -> dict:
    """Layer and variable of each name in a file.

    Layers are numbered, as their names differ from session to session; those of a network
    without top come first in the whole one, too.
    """
    places = {}
    for number, layer in enumerate(layer for layer in model.layers if layer.variables):
        for variable in layer.variables:
            name = variable.name.split("/")[-1].split(":")[0]
            # A quantizer puts its own name, which has a number, in front of its ratio.
            name = "ratio" if name.endswith("_ratio") else name
            if not name.endswith(_LEFT_OUT):
                places[f"{number}/{name}"] = (layer, variable)
    return places


def _is_kernel(layer, variable) -> bool:
    return hasattr(layer, "binary_kernel") and variable is layer.kernel


def _hold(layer, share: float) -> None:
    (quantizer,) = layer.kernel_quantizers()
    latent = tf.convert_to_tensor(layer.kernel.latent_variable)
    quantizer.held.hold(latent, share)
    quantizer.held.choose(latent)


def _value(layer, variable) -> np.ndarray:
    if not _is_kernel(layer, variable):
        return variable.numpy()
    (quantizer,) = layer.kernel_quantizers()
    return quantizer.current_steps(variable.latent_variable).astype(np.int8)
