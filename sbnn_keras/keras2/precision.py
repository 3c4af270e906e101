"""Leads a model out of mixed precision."""

import tensorflow as tf

from sbnn_keras.keras2.keras_3 import check_model

__all__ = ["in_float32"]

_POLICIES = ("float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16")


def in_float32(model: tf.keras.Model) -> tf.keras.Model:
    """A copy of a model that computes in float32, with the same variables.

    `clone_model` copies the policy of each layer, whatever the global one. After
    training under `mixed_float16` this copy is the exact network, and what converts:

    ```python
    sbnn_converter.convert_keras_model(sbnn_keras.in_float32(model))
    ```

    Args:
        model: a built Sequential or functional model; it stays as it is.

    Returns:
        A new model, not compiled. Float casts of the model's own code are kept.
    """
    check_model(model)
    copy = type(model).from_config(_in_float32(model.get_config()))
    if not copy.built:
        copy.build(model.input_shape)
    copy.set_weights(model.get_weights())
    return copy


def _in_float32(config):
    """The config with the types of all layers, nested ones too, replaced."""
    if isinstance(config, dict):
        return {
            key: "float32" if key == "dtype" and _is_other(value) else _in_float32(value)
            for key, value in config.items()
        }
    if isinstance(config, (list, tuple)):
        return type(config)(_in_float32(value) for value in config)
    return config


def _is_other(dtype) -> bool:
    if isinstance(dtype, dict):  # a policy
        dtype = dtype.get("config", {}).get("name")
    return dtype in _POLICIES
