"""Activations of few bits and their gradients with Keras 3, on whatever backend: asserts or ends.

KERAS_BACKEND=jax python tests/keras/keras_3_activations.py

Run by `test_keras_3_native.py` with TensorFlow and by `make keras3-check` with each backend. A
step of gradient descent tells what the gradient was.
"""

import keras
import numpy as np

import sbnn_keras.keras3

X = np.array([-9, -4, -2, -1.5, -1, -0.3, -0.0, 0, 0.2, 0.7, 1, 1.25, 2, 3.9, 4, 9], "float32")
magnitude = abs(X)
SIGN = np.where(X >= 0, 1.0, -1.0)
BNN_PLUS = 5 * (2 - 5 * X * np.tanh(2.5 * X)) / (1 + np.cosh(5 * X.astype("float64")))
LEVELS = 2 * np.clip(np.floor(X), -2, 1) + 1
FINE_LEVELS = 2 * np.clip(np.floor(X / np.float32(0.6)), -4, 3) + 1

# What they make of X, and the slope there.
WANTED = {
    "ste_sign": (SIGN, magnitude <= 1),
    "approx_sign": (SIGN, np.where(magnitude <= 1, 2 - 2 * magnitude, 0)),
    "swish_sign": (SIGN, BNN_PLUS),
    "ste_heaviside": (X > 0, magnitude <= 1),
    "quant_hard_tanh": (LEVELS, magnitude < 2),
    sbnn_keras.quantizers.QuantHardTanh(bits=3): (FINE_LEVELS, magnitude < np.float32(2.4)),
    sbnn_keras.quantizers.QuantHardTanh(bits=2, learn_step=True): (LEVELS, magnitude < 2),
}


class Shift(keras.layers.Layer):
    """Adds a vector that is learnt: its gradient is that of what comes behind it."""

    def build(self, shape):
        self.shift = self.add_weight(shape=shape[1:], initializer="zeros")

    def call(self, x):
        return x + self.shift


def weighed(y, outputs):
    return keras.ops.sum(y * outputs, -1)


for quantizer, (values, slopes) in WANTED.items():
    activation = sbnn_keras.quantizers.get(quantizer)
    model = keras.Sequential([keras.Input(X.shape), Shift(), activation])
    found = model.predict(X[None], verbose=0)[0]
    np.testing.assert_array_equal(found, values, err_msg=quantizer)
    with_nan = np.where(X == 0.7, np.float32("nan"), X)
    unseen = np.isfinite(model.predict(with_nan[None], verbose=0)[0])
    np.testing.assert_array_equal(unseen, X != 0.7, err_msg=quantizer)
    weights = np.arange(1, X.size + 1, dtype="float32")
    model.compile(keras.optimizers.SGD(1.0), weighed)
    model.fit(X[None], weights[None], verbose=0)
    found = -keras.ops.convert_to_numpy(model.layers[0].shift.value)
    np.testing.assert_allclose(found, weights * slopes, rtol=1e-5, atol=1e-6, err_msg=quantizer)
print(f"{keras.backend.backend()}: values and slopes of {len(WANTED)} activations, as wanted")
