"""Accuracy and connections on MNIST: the published constraint and the exact schedule.

    python benchmarks/mnist_sparsity.py --data mnist.npz --way constraint

The network is 784-512-512-10 with batch normalization, Adam at 2e-3 with cosine
decay. `--data` is a file in the layout of `tf.keras.datasets.mnist`; without it,
Keras downloads the data.
"""

import argparse

import numpy as np
import tensorflow as tf
from tensorflow_model_optimization.sparsity.keras import PolynomialDecay

import sbnn_keras


def load(path):
    if path is None:
        (x, y), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
    else:
        with np.load(path) as data:
            x, y, x_test, y_test = (data[k] for k in ("x_train", "y_train", "x_test", "y_test"))
    return (x / 127.5 - 1).astype("float32"), y, (x_test / 127.5 - 1).astype("float32"), y_test


def network(domain, polarity):
    arguments = dict(use_bias=False, domain=domain, polarity=polarity)
    layers = [tf.keras.layers.Flatten(input_shape=(28, 28))]
    for units in (512, 512, 10):
        layers.append(sbnn_keras.SparseBinaryDense(units, **arguments))
        layers.append(tf.keras.layers.BatchNormalization(momentum=0.9))
    return tf.keras.Sequential([*layers, tf.keras.layers.Softmax()])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data")
    parser.add_argument("--way", choices=["constraint", "schedule"], default="schedule")
    parser.add_argument("--connections", type=float, default=0.05)
    parser.add_argument("--gamma", type=float, default=0.07)
    parser.add_argument("--domain", default="01")
    parser.add_argument("--polarity", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    tf.keras.utils.set_random_seed(options.seed)
    x, y, x_test, y_test = load(options.data)
    model = network(options.domain, bool(options.polarity))
    steps = options.epochs * -(-len(x) // options.batch)
    loss = "sparse_categorical_crossentropy"
    callbacks = [sbnn_keras.SparsityLogger()]
    if options.way == "constraint":
        constraint = sbnn_keras.ExpectedConnections(options.connections, options.gamma)
        loss = constraint.loss(loss, model)
        callbacks.append(constraint)
    else:

        def down_to(share):
            return PolynomialDecay(0.5, 1 - share, 0, int(0.7 * steps))

        last = model.layers[-3].name
        callbacks.append(
            sbnn_keras.ConnectionsSchedule(
                down_to(options.connections),
                overrides={last: down_to(min(0.5, 4 * options.connections))},
            )
        )
    model.compile(
        tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss,
        metrics=["accuracy"],
    )
    history = model.fit(
        x,
        y,
        batch_size=options.batch,
        epochs=options.epochs,
        validation_data=(x_test, y_test),
        callbacks=callbacks,
        verbose=2,
    )
    sbnn_keras.summary(model)
    print(f"test accuracy after the last epoch: {history.history['val_accuracy'][-1]:.2%}")


if __name__ == "__main__":
    main()
