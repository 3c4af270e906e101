"""Registers classes under the names that saved files know them by."""

import keras


def registered(cls):
    """The class, registered as `sbnn_keras>` and its name."""
    return keras.saving.register_keras_serializable("sbnn_keras")(cls)
