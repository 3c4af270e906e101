"""Gives a network's raw input both polarities.

A 0/1 weight can only add its input, never subtract it; see `sbnn_keras.keras2`'s layer
of this name, which computes the same.
"""

import keras
import numpy as np
from keras import ops

from sbnn_keras.keras3.keras_2 import NotForKeras2
from sbnn_keras.keras3.registered import registered

__all__ = ["AlternatingSigns"]


@registered
class AlternatingSigns(NotForKeras2, keras.layers.Layer):
    """Negates every second entry of each sample, like the black fields of a chessboard.

    ```python
    keras.Sequential([
        keras.Input((28, 28)),
        AlternatingSigns(),
        keras.layers.Flatten(),
        SparseBinaryDense(512),
    ])
    ```

    Before a dense layer it makes up for what weights of 0 and 1 lack. It wants pixels
    around zero: what is 0 has no opposite. Not meant for convolutions, which would see
    other signs at every second position.

    Shapes of inputs and outputs are equal, [batch, ...] with all sizes but the batch
    known; the output has the type of the input.

    Raises:
        ValueError: when built, for a size that is not known.
    """

    def build(self, input_shape):
        shape = tuple(input_shape[1:])
        if None in shape:
            raise ValueError(
                f"Wrong inputs of layer {self.name!r}: found the shape {input_shape}, "
                "wanted all sizes but the batch to be known. Give them to keras.Input."
            )
        self._signs = 1.0 - 2.0 * (np.indices(shape).sum(axis=0) % 2)
        self.built = True

    def call(self, inputs):
        return inputs * ops.convert_to_tensor(self._signs, dtype=inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape
