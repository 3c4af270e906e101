"""What layers of Keras 2 say to models, layers and tensors of Keras 3."""

import tensorflow as tf

from sbnn_keras.core.foreign import OfOneKeras, OtherKeras

_KERAS_3 = OtherKeras(
    "Keras 3",
    frozenset({"keras"}),
    "of Keras 2: build it with tf.keras after `import sbnn_keras.keras2`, or take all of it from "
    "Keras 3, with the layers and callbacks of sbnn_keras.keras3",
)
is_of_keras_3 = _KERAS_3.made
check_arguments = _KERAS_3.check_arguments


def check_model(model) -> None:
    """Raises a TypeError unless `model` is a model of Keras 2."""
    _KERAS_3.check_model(model, hasattr(model, "_flatten_layers"))


def check_inputs(inputs, layer) -> None:
    """Raises a TypeError if a layer is called on a symbolic tensor of Keras 3."""
    _KERAS_3.check_inputs(tf.nest.flatten(inputs), layer)


class NotForKeras3(OfOneKeras):
    """Mixin for layers: Keras 3 says what they are when it refuses them."""

    _whose = "of Keras 2 (tf.keras after import sbnn_keras.keras2)"
    _check_inputs = staticmethod(check_inputs)

    @property
    def _input_shape_arg(self):
        # Only Keras 3 asks for it, when it begins a Sequential model with the layer.
        subject = f"Layer {self.name!r} cannot stand in a model of Keras 3"
        raise _KERAS_3.refusal(subject, self, "model", found="keras.Sequential")
