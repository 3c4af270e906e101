"""Refuses models, layers and tensors of Keras 3, which cannot work with ours.

Both packages can live in one process, and Keras 3 does not mind strange callbacks: a
network would train without anything being held.
"""

import tensorflow as tf

WAY_OUT = (
    "a {wanted} of Keras 2: build it with tf.keras after `import sbnn_keras.keras2`, or take "
    "all of it from Keras 3, with the layers and callbacks of sbnn_keras.keras3"
)


def is_of_keras_3(thing) -> bool:
    """True for instances of classes of Keras 3, and of classes derived from them."""
    modules = (cls.__module__.split(".")[0] for cls in type(thing).__mro__)
    return "keras" in modules


def check_model(model) -> None:
    """Raises a TypeError unless `model` is a model of Keras 2."""
    if is_of_keras_3(model):
        name = getattr(model, "name", type(model).__name__)
        raise TypeError(
            f"Wrong model {name!r}: found {type(model).__name__} of Keras 3, wanted "
            f"{WAY_OUT.format(wanted='model')}."
        )
    if not hasattr(model, "_flatten_layers"):
        raise TypeError(
            f"Wrong model: found {type(model).__name__}, wanted {WAY_OUT.format(wanted='model')}."
        )


def check_inputs(inputs, layer) -> None:
    """Raises a TypeError if a layer is called on a symbolic tensor of Keras 3."""
    for tensor in tf.nest.flatten(inputs):
        if is_of_keras_3(tensor):
            raise TypeError(
                f"Wrong inputs of layer {layer.name!r}: found "
                f"{type(tensor).__name__} of Keras 3, wanted "
                f"{WAY_OUT.format(wanted='tensor')}."
            )


def check_arguments(arguments: dict, kind: str) -> None:
    """Raises a TypeError if a layer is made with a part of Keras 3, such as a quantizer.

    Args:
        arguments: by name.
        kind: of the layer, for the message.
    """
    for name, value in arguments.items():
        if is_of_keras_3(value):
            raise TypeError(
                f"Wrong `{name}` of a {kind}: found {type(value).__name__} of Keras 3, wanted "
                f"{WAY_OUT.format(wanted='part')}."
            )


class NotForKeras3:
    """Mixin for layers: Keras 3 says what they are when it refuses them."""

    name: str  # as every layer has one

    def __call__(self, inputs, *args, **kwargs):
        check_inputs(inputs, self)
        return super().__call__(inputs, *args, **kwargs)  # type: ignore[misc]  # the layer's

    def __repr__(self):
        where = "of Keras 2 (tf.keras after import sbnn_keras.keras2)"
        return f"<{type(self).__name__} {self.name!r} {where}>"

    @property
    def _input_shape_arg(self):
        # Only Keras 3 asks for it, when it begins a Sequential model with the layer.
        raise TypeError(
            f"Layer {self.name!r} cannot stand in a model of Keras 3: found "
            f"keras.Sequential, wanted {WAY_OUT.format(wanted='model')}."
        )
