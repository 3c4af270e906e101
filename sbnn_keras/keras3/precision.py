"""Leads a model out of mixed precision."""

import keras
from keras.src.saving.serialization_lib import SafeModeScope

from sbnn_keras.core.configs import own_names, rebuilt_in_float32
from sbnn_keras.keras3.keras_2 import check_model

__all__ = ["in_float32"]


def in_float32(model: keras.Model) -> keras.Model:
    """A copy of a model that computes in float32, with the same variables.

    After training under `mixed_float16` this copy is the exact network, and what converts:

    ```python
    sbnn_converter.convert_keras_model(sbnn_keras.in_float32(model))
    ```

    Args:
        model: a built Sequential or functional model; it stays as it is.

    Returns:
        A new model, not compiled. Float casts of the model's own code are kept.

    Raises:
        ValueError: Keras cannot build a layer anew, as an `Activation` of a lambda.
    """
    check_model(model)
    with (
        keras.saving.custom_object_scope(own_names(model._flatten_layers())),
        SafeModeScope(safe_mode=False),
    ):
        copy = rebuilt_in_float32(model)
    if not copy.built:
        copy.build(model.input_shape)
    copy.set_weights(model.get_weights())
    return copy
