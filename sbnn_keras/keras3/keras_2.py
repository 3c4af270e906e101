"""What layers of Keras 3 say to models, layers and tensors of Keras 2 and Larq."""

import keras

from sbnn_keras.core.foreign import OfOneKeras, OtherKeras

_KERAS_2 = OtherKeras(
    "Keras 2",
    frozenset({"tf_keras", "larq"}),
    "of Keras 3: build it with the package `keras`, or take all of it from Keras 2, with the "
    "layers and callbacks of sbnn_keras.keras2",
)
is_of_keras_2 = _KERAS_2.made
check_arguments = _KERAS_2.check_arguments


def check_model(model) -> None:
    """Raises a TypeError unless `model` is a model of Keras 3."""
    _KERAS_2.check_model(model, isinstance(model, keras.Model))


def check_inputs(inputs, layer) -> None:
    """Raises a TypeError if a layer is called on a symbolic tensor of Keras 2."""
    _KERAS_2.check_inputs(keras.tree.flatten(inputs), layer)


class NotForKeras2(OfOneKeras):
    """Mixin for layers: Keras 2 says what they are when it refuses them."""

    _whose = "of Keras 3 (the package keras, with sbnn_keras.keras3)"
    _check_inputs = staticmethod(check_inputs)
