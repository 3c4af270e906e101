"""Weights in .h5 files from before the state of sparsity control was always saved.

Keras compares the number of values with the number of a layer's variables, and asks
the layer nothing. So the one function that it passes all values of a layer through,
to convert those of its own old layers, also asks ours.
"""

import functools

from tf_keras.src.saving.legacy import hdf5_format


def ask_layers_for_old_weights() -> None:
    """Lets layers with a method `complete_weights` complete what a .h5 file holds."""
    convert = hdf5_format.preprocess_weights_for_loading
    if hasattr(convert, "__wrapped__"):
        return

    @functools.wraps(convert)
    def convert_and_complete(layer, weights, *args, **kwargs):
        weights = convert(layer, weights, *args, **kwargs)
        complete = getattr(layer, "complete_weights", None)
        return weights if complete is None else complete(weights)

    hdf5_format.preprocess_weights_for_loading = convert_and_complete
