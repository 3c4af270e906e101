"""The script that people try first learns well on pixels in [0, 1]."""

import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sbnn_keras import SparseBinaryDense


def test_the_bare_script_reaches_90_percent(capfd):
    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        x.reshape(-1, 8, 8) / 16, y, test_size=0.2, random_state=0
    )
    tf.keras.utils.set_random_seed(1)
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Flatten(),
            SparseBinaryDense(128, connections=0.2),
            SparseBinaryDense(10, connections=0.2),
            tf.keras.layers.Softmax(),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=20, verbose=0)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    assert accuracy >= 0.9
    assert "one sign" not in capfd.readouterr().err
