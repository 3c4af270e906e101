"""What all callbacks of this package have in common."""

import sys

import keras

from sbnn_keras.keras3.keras_2 import check_model


class ModelCallback(keras.callbacks.Callback):
    """A callback that checks which model it is given."""

    _has_warned = False

    def set_model(self, model):
        check_model(model)
        super().set_model(model)


def into_variables(model) -> None:
    """Brings what a backend holds outside of the variables while it trains into them.

    JAX's trainer does; it reads them again when it finds them newly written.
    """
    sync = getattr(model, "jax_state_sync", None)
    if sync is not None:
        sync()


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
