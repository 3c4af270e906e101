"""Refuses models, layers and tensors of Keras 2, which cannot work with those of Keras 3."""

import keras

_WAY_OUT = (
    "a {wanted} of Keras 3: build it with the package `keras`, or take all of it from Keras 2, "
    "with the layers and callbacks of sbnn_keras.keras2"
)


def is_of_keras_2(thing) -> bool:
    """True for instances of classes of Keras 2 or Larq, and of classes derived from them."""
    modules = {cls.__module__.split(".")[0] for cls in type(thing).__mro__}
    return bool(modules & {"tf_keras", "larq"})


def check_model(model) -> None:
    """Raises a TypeError unless `model` is a model of Keras 3."""
    if not isinstance(model, keras.Model):
        of = " of Keras 2" if is_of_keras_2(model) else ""
        name = getattr(model, "name", type(model).__name__)
        raise TypeError(
            f"Wrong model {name!r}: found {type(model).__name__}{of}, wanted "
            f"{_WAY_OUT.format(wanted='model')}."
        )


def check_inputs(inputs, layer) -> None:
    """Raises a TypeError if a layer is called on a symbolic tensor of Keras 2."""
    for tensor in keras.tree.flatten(inputs):
        if is_of_keras_2(tensor):
            raise TypeError(
                f"Wrong inputs of layer {layer.name!r}: found {type(tensor).__name__} of "
                f"Keras 2, wanted {_WAY_OUT.format(wanted='tensor')}."
            )


def check_arguments(arguments: dict, kind: str) -> None:
    """Raises a TypeError if a layer is made with a part of Keras 2, such as a quantizer.

    Args:
        arguments: by name.
        kind: of the layer, for the message.
    """
    for name, value in arguments.items():
        if is_of_keras_2(value):
            raise TypeError(
                f"Wrong `{name}` of a {kind}: found {type(value).__name__} of Keras 2, wanted "
                f"{_WAY_OUT.format(wanted='part')}."
            )


class NotForKeras2:
    """Mixin for layers: Keras 2 says what they are when it refuses them."""

    name: str  # as every layer has one

    def __call__(self, inputs, *args, **kwargs):
        check_inputs(inputs, self)
        return super().__call__(inputs, *args, **kwargs)  # type: ignore[misc]  # the layer's

    def __repr__(self):
        where = "of Keras 3 (the package keras, with sbnn_keras.keras3)"
        return f"<{type(self).__name__} {self.name!r} {where}>"
