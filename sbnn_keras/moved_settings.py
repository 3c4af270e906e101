"""The settings of a layer of Keras 3 as those of the layer of this name in Keras 2.

Most have the same names and meanings. What has not is translated here, and what Keras 2 cannot
say is refused: a setting that is left out would be another network.
"""

import inspect

from sbnn_keras.core.packages import package_of

# Arguments that have another name in Keras 2, by layer.
_RENAMED = {"LeakyReLU": {"negative_slope": "alpha"}}
# Functions that compute something else in Keras 2.
_DIFFERENT_FUNCTIONS = ("hard_sigmoid",)
# What stands for None.
_DEFAULTS = {"data_format": "channels_last"}
# Of these none changes what a trained layer computes.
_OF_TRAINING = ("initializer", "regularizer", "constraint")


def settings_of(layer, known, moved=None) -> dict:
    """The configuration of a layer of Keras 3 as that of a class of Keras 2.

    Args:
        layer: of Keras 3.
        known: the class of Keras 2.
        moved: makes a layer of Keras 2 of one of Keras 3, where one can be an argument.

    Raises:
        ValueError: the layer has a setting that the class does not know.
    """
    config = layer.get_config()
    names = {"name", "trainable", "dtype"}
    for cls in known.__mro__:
        names |= set(inspect.signature(cls.__init__).parameters)
    renamed = _RENAMED.get(type(layer).__name__, {})
    kept = {}
    for name, value in config.items():
        to = renamed.get(name, name)
        if to not in names:
            _check_default(layer, name, value)
        # Initializers have done their work; "auto" says that sums are centred.
        elif not name.endswith("initializer") or value == "auto":
            kept[to] = _inner(layer, name, moved) or _function(layer, name) or _value(value)
    if hasattr(layer, "_query_dense"):  # of an attention, built with its inputs' shapes
        kept |= {f"{name}_shape": None for name in ("query", "key", "value")}
    if isinstance(kept.get("dtype"), dict):
        kept["dtype"] = kept["dtype"]["config"]["name"]
    return kept


def is_of_keras(thing) -> bool:
    """Whether a layer or function is Keras's own or ours, and no user's of the same name."""
    return package_of(thing) in ("keras", "sbnn_keras")


def _check_default(layer, name: str, value) -> None:
    """Raises ValueError if a setting of Keras's that is not taken along makes a difference."""
    if package_of(layer) != "keras":
        return  # ours say all in both fronts, but for weights ±1, which are Larq's
    parameter = inspect.signature(type(layer).__init__).parameters.get(name)
    if parameter is None or name.endswith(_OF_TRAINING):
        return
    default = _DEFAULTS.get(name, parameter.default)
    if default is None or not isinstance(value, (bool, int, float, str, list, tuple)):
        return  # what Keras 3 has found by itself
    value, default = (list(v) if isinstance(v, tuple) else v for v in (value, default))
    if default is not inspect.Parameter.empty and value != default:
        raise ValueError(
            f"Layer {layer.name!r} cannot be moved to Keras 2: found {name}={value!r}, wanted "
            f"{default!r}: {type(layer).__name__} has no such argument there."
        )


def _function(layer, name: str):
    """The function that is a layer's argument, where its name does not say it."""
    given = getattr(layer, name, None) if name.endswith("activation") else None
    if not callable(given):
        return None
    return None if is_of_keras(given) and _is_in_keras_2(given.__name__) else given


def _inner(layer, name: str, moved):
    """The layer or layers that are an argument: an activation, the cells of a recurrent layer."""
    from keras import Layer

    given = getattr(layer, name, None)
    if moved is None or name.endswith("quantizer"):
        return None
    if isinstance(given, Layer):
        return moved(given)
    if isinstance(given, (list, tuple)) and given and all(isinstance(g, Layer) for g in given):
        return [moved(g) for g in given]
    return None


def _is_in_keras_2(function: str) -> bool:
    import tf_keras

    try:
        tf_keras.activations.get(function)
    except ValueError:
        return False
    return function not in _DIFFERENT_FUNCTIONS


def _value(value):
    """An argument that is ours in the form of the other front."""
    if isinstance(value, dict) and value.get("class_name") == "WeightClip":
        import larq

        return larq.constraints.WeightClip(**value["config"])
    if isinstance(value, dict) and value.get("class_name") == "Between":
        from sbnn_keras.keras2.constraints import Between

        return Between(**value["config"])
    return value
