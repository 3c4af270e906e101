"""Configs of models, as Keras 2 and 3 write them: the types in them, and what they name."""

from collections.abc import Iterable
from typing import Any

from sbnn_keras.core.packages import package_of

_KERAS = ("keras", "tf_keras")
_POLICIES = ("float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16")


def with_float32(config):
    """A config with the types of all layers, nested ones too, replaced by float32."""
    if isinstance(config, dict):
        return {
            key: "float32" if key == "dtype" and _is_other(value) else with_float32(value)
            for key, value in config.items()
        }
    if isinstance(config, (list, tuple)):
        return type(config)(with_float32(value) for value in config)
    return config


def _is_other(dtype) -> bool:
    if isinstance(dtype, dict):  # a policy
        dtype = dtype.get("config", {}).get("name")
    return dtype in _POLICIES


def rebuilt_in_float32(model):
    """A model of the same config with float32 in all layers, and without its weights.

    Raises:
        ValueError: a layer cannot be built from its config, as one with a lambda.
    """
    try:
        return type(model).from_config(with_float32(model.get_config()))
    except Exception as error:
        layers = [layer.name for layer in model._flatten_layers() if not _is_rebuilt(layer)]
        raise ValueError(
            f"Model {model.name!r} cannot be copied into float32: found layers {layers} that Keras "
            "cannot build from their configs, wanted functions with names (def, no lambda) and "
            "a get_config() of all that a class of your own is built with."
        ) from error


def _is_rebuilt(layer) -> bool:
    try:
        type(layer).from_config(layer.get_config())
    except Exception:
        return hasattr(layer, "layers")  # a model, whose layers are looked at themselves
    return True


def own_names(layers: Iterable) -> dict[str, Any]:
    """What configs call the classes and functions of layers that are not Keras's."""
    layers = list(layers)
    things: list[Any] = [*map(type, layers), *(getattr(x, "activation", None) for x in layers)]
    named = [thing for thing in things if hasattr(thing, "__name__")]
    return {x.__name__: x for x in named if package_of(x) not in _KERAS}
