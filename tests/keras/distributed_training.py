"""Trains a small network with a given strategy and writes its weights; see test_distribution.

    python distributed_training.py workers OUTPUT.npz
    python distributed_training.py replicas ONE.npz TWO.npz

As one of several workers (TF_CONFIG is set), or with one replica and then with two on
logical CPUs; then a network with batch normalization is trained on two as well. Fails
where the connections of two replicas differ.
"""

import sys

import sbnn_keras  # isort: skip  (selects Keras 2)

import numpy as np
import tensorflow as tf
from tensorflow_model_optimization.sparsity.keras import PolynomialDecay


def two_replicas():
    cpu = tf.config.list_physical_devices("CPU")[0]
    two = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, two)
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def train(strategy, normalized=False):
    """Trains for 8 steps and returns the sparse layers."""
    tf.keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(64, 6, 6, 2)).astype(np.float32)
    y = rng.integers(0, 3, 64)
    with strategy.scope():
        layers = [
            tf.keras.Input((6, 6, 2)),
            sbnn_keras.SparseBinaryConv2D(4, 3, connections=0.3),
            sbnn_keras.SparseBinaryConv2D(4, 3, domain="general"),
            tf.keras.layers.Flatten(),
            sbnn_keras.SparseBinaryDense(3, connections=0.2, activation="softmax"),
        ]
        if normalized:
            layers.insert(2, tf.keras.layers.BatchNormalization())
        model = tf.keras.Sequential(layers)
        model.compile(tf.keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy")
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16).with_options(options)
    decay = PolynomialDecay(0.5, 0.8, begin_step=0, end_step=6, frequency=2)
    model.fit(data, epochs=2, verbose=0, callbacks=[sbnn_keras.ConnectionsSchedule(decay)])
    return [layer for layer in model.layers if hasattr(layer, "binary_kernel")]


def assert_replicas_agree(sparse):
    for layer in sparse:
        mask = layer.kernel_quantizer._mask
        first, *others = (np.array(copy) for copy in getattr(mask, "values", [mask]))
        for other in others:
            np.testing.assert_array_equal(first, other)


def save(sparse, output):
    np.savez(
        output,
        *[layer.kernel.latent_variable.numpy() for layer in sparse],
        *[layer.binary_kernel() for layer in sparse],
        *[layer.bias.numpy() for layer in sparse],
    )


def main():
    name, *outputs = sys.argv[1:]
    if name == "workers":
        save(train(tf.distribute.MultiWorkerMirroredStrategy()), *outputs)
        return
    strategy = two_replicas()
    for one, output in zip((tf.distribute.get_strategy(), strategy), outputs, strict=True):
        sparse = train(one)
        assert_replicas_agree(sparse)
        save(sparse, output)
    assert_replicas_agree(train(strategy, normalized=True))


if __name__ == "__main__":
    main()
