"""Gives a network's raw input both polarities.

A 0/1 weight can only add its input, never subtract it. Between binary layers the
argument `polarity` sees to it that every second channel comes negated; this layer
does the same to pixels and other raw inputs. Neighbouring pixels are nearly equal,
so that a first layer can choose a pixel or, one further, its opposite.
"""

import larq as lq
import numpy as np
import tensorflow as tf

from sbnn_keras.keras2.keras_3 import NotForKeras3

__all__ = ["AlternatingSigns"]


@lq.utils.register_keras_custom_object
@tf.keras.utils.register_keras_serializable("sbnn_keras")
class AlternatingSigns(NotForKeras3, tf.keras.layers.Layer):
    """Negates every second entry of each sample, like the black fields of a chessboard.

    ```python
    tf.keras.Sequential([
        tf.keras.Input((28, 28)),
        sbnn_keras.AlternatingSigns(),
        tf.keras.layers.Flatten(),
        sbnn_keras.SparseBinaryDense(512),
    ])
    ```

    Before a dense layer it makes up for what weights of 0 and 1 lack (the MNIST
    network of docs/results.md gains 0.7 points). It wants pixels around zero: what
    is 0 has no opposite. Not meant for convolutions, which would see other signs at
    every second position.

    Shapes of inputs and outputs are equal, [batch, ...] with all sizes but the
    batch known; the output has the type of the input.

    Raises:
        ValueError: when built, for a size that is not known.
    """

    def build(self, input_shape):
        shape = tuple(tf.TensorShape(input_shape)[1:])
        if None in shape:
            raise ValueError(
                f"Wrong inputs of layer {self.name!r}: found the shape {input_shape}, "
                "wanted all sizes but the batch to be known. Give them to "
                "tf.keras.Input."
            )
        self._signs = 1.0 - 2.0 * (np.indices(shape).sum(axis=0) % 2)
        super().build(input_shape)

    def call(self, inputs):
        inputs = tf.convert_to_tensor(inputs)
        return inputs * tf.constant(self._signs, inputs.dtype)
