"""A graph whose own ops insist on one sample still runs batches, in every runtime."""

import numpy as np
import pytest
import sbnn_converter
import tensorflow as tf
from sbnn_converter.runtimes.interpreter import available_runtimes

from sbnn_keras import SparseBinaryDense


@pytest.mark.parametrize("runtime", available_runtimes())
def test_a_reshape_to_fixed_sizes(runtime, rng):
    model = tf.keras.Sequential(
        [
            tf.keras.Input((40,)),
            SparseBinaryDense(20),
            tf.keras.layers.Softmax(),
            tf.keras.layers.Reshape((4, 5)),
        ]
    )
    x = (rng.integers(0, 17, (50, 40)) / 16).astype(np.float32)
    interpreter = sbnn_converter.Interpreter(
        sbnn_converter.convert_keras_model(model), runtime=runtime
    )
    for size in (50, 1, 7):
        np.testing.assert_allclose(
            interpreter.predict(x[:size]), model.predict(x[:size], verbose=0), rtol=1e-5
        )
