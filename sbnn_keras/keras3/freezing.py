"""Lets a network settle: binary kernels stand still for the last epochs.

`sbnn_keras.keras2.freezing` says why. Here a constraint brings each weight back after
every step: trainers of Keras 3 do not all take a variable out of an optimizer.
"""

from collections.abc import Callable

import keras
from keras import ops

from sbnn_keras.core.resting import Rest
from sbnn_keras.keras3.callback import ModelCallback, into_variables, warn_without_layers
from sbnn_keras.keras3.kernels import binary_layers

__all__ = ["FreezeConnections"]


class _Still(keras.constraints.Constraint):
    def __init__(self, value):
        self._value = value

    def __call__(self, w):
        return ops.convert_to_tensor(self._value, dtype=w.dtype)


class FreezeConnections(Rest, ModelCallback):
    """Freezes the weights of all binary layers for the last epochs of training.

    ```python
    model.fit(x, y, epochs=20, callbacks=[schedule, sbnn_keras.FreezeConnections(4)])
    ```

    Batch normalization and layers that are not binary go on learning. Its moving averages
    are over all of these epochs, where they are not longer anyway. A schedule of
    connections should be over by then. Between two steps the model is as ever, so that
    what is saved there, or stopped with Ctrl-C, goes on where it was.

    Args:
        epochs: how many epochs at the end.

    Raises:
        ValueError: for a negative number of epochs.
    """

    def _hold(self) -> Callable[[bool], None] | None:
        binary = binary_layers(self.model)
        if not binary:
            warn_without_layers(self, self.model, "binary layer")
            return None
        into_variables(self.model)
        variables = [v for layer in binary if layer.trainable for v in layer.trainable_variables]
        own = [v.constraint for v in variables]
        still = [_Still(ops.convert_to_numpy(v.value)) for v in variables]

        def hold(value: bool) -> None:
            for variable, constraint in zip(variables, still if value else own, strict=True):
                variable.constraint = constraint

        return hold
