"""Lets a network settle: binary kernels stand still for the last epochs.

`sbnn_keras.keras2.freezing` says why. Here a constraint brings each weight back after
every step: trainers of Keras 3 do not all take a variable out of an optimizer.
"""

import keras
from keras import ops

from sbnn_keras.core.arguments import check_whole
from sbnn_keras.core.averaging import LongAverages
from sbnn_keras.keras3.callback import ModelCallback, into_variables, warn_without_layers
from sbnn_keras.keras3.kernels import binary_layers

__all__ = ["FreezeConnections"]


class _Still(keras.constraints.Constraint):
    def __init__(self, value):
        self._value = value

    def __call__(self, w):
        return ops.convert_to_tensor(self._value, dtype=w.dtype)


class FreezeConnections(ModelCallback):
    """Freezes the weights of all binary layers for the last epochs of training.

    ```python
    model.fit(x, y, epochs=20, callbacks=[schedule, sbnn_keras.FreezeConnections(4)])
    ```

    Batch normalization and layers that are not binary go on learning. Its moving averages
    are over all of these epochs, where they are not longer anyway. A schedule of
    connections should be over by then.

    Args:
        epochs: how many epochs at the end.

    Raises:
        ValueError: for a negative number of epochs.
    """

    def __init__(self, epochs: int):
        super().__init__()
        self.epochs = check_whole(epochs, "epochs", at_least=0)
        self._constraints: list = []
        self._averages: LongAverages | None = None  # until it begins

    def on_epoch_begin(self, epoch, logs=None):
        if epoch < self.params["epochs"] - self.epochs:
            return
        if self._averages is not None:
            self._averages.use(True)
            return
        binary = binary_layers(self.model)
        if not binary:
            warn_without_layers(self, self.model, "binary layer")
            return
        into_variables(self.model)
        layers = [layer for layer in binary if layer.trainable]
        for variable in (v for layer in layers for v in layer.trainable_variables):
            self._constraints.append((variable, variable.constraint))
            variable.constraint = _Still(ops.convert_to_numpy(variable.value))
        steps = self.params.get("steps")
        self._averages = LongAverages(
            self.model._flatten_layers(include_self=False),
            steps and steps * (self.params["epochs"] - epoch),
        )
        self._averages.use(True)
        self.model.make_train_function(force=True)

    def on_train_batch_end(self, batch, logs=None):
        # Callbacks that save come behind it, wherever they stand in the list.
        if batch + 1 == self.params.get("steps"):
            self._pause()

    def on_test_begin(self, logs=None):
        self._pause()

    def on_epoch_end(self, epoch, logs=None):
        self._pause()

    def _pause(self) -> None:
        """Lets layers be as files are to have them."""
        if self._averages is not None:
            self._averages.use(False)

    def on_train_end(self, logs=None):
        self._pause()
        for variable, constraint in self._constraints:
            variable.constraint = constraint
        if self._averages is not None:
            self.model.train_function = None
        self._constraints, self._averages = [], None
