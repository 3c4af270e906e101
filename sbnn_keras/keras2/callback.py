"""What all callbacks of this package have in common."""

import sys

import tensorflow as tf

from sbnn_keras.keras2.keras_3 import check_model


class ModelCallback(tf.keras.callbacks.Callback):
    """A callback that checks which model it is given."""

    _has_warned = False

    def set_model(self, model):
        check_model(model)
        super().set_model(model)


def warn_without_layers(callback: ModelCallback, model, wanted: str) -> None:
    """Says on stderr, once, that a callback has nothing to act on."""
    if callback._has_warned:
        return
    callback._has_warned = True
    found = sorted({type(layer).__name__ for layer in model.layers})
    print(
        f"WARNING: sbnn_keras: {type(callback).__name__} does nothing in model "
        f"{model.name!r}: found layers of types {found}, wanted at least one {wanted}.",
        file=sys.stderr,
    )
