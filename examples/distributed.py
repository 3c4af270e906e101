"""Sparse binary training on several devices, with `tf.distribute.MirroredStrategy`.

    python examples/distributed.py --replicas 2

On a machine with several GPUs, each is a replica; without GPUs the CPU is divided
into --replicas logical devices, which is good for trying it out. For several
machines replace the strategy by `tf.distribute.MultiWorkerMirroredStrategy()` and
set TF_CONFIG on each. Training that was interrupted continues where it was when
the same command runs again.
"""

from absl import flags

import support

support.define_flags("distributed", epochs=5, domain="general")
flags.DEFINE_integer("replicas", 2, "Logical devices on a machine without GPUs.", 1)


def strategy(replicas: int):
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return tf.distribute.MirroredStrategy()
    (cpu,) = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration()] * replicas
    tf.config.set_logical_device_configuration(cpu, parts)
    return tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(replicas)])


def network(domain: str):
    """conv 16, pool, dense 64, dense 10."""
    import tensorflow as tf

    from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

    layers = tf.keras.layers
    sparse = {"use_bias": False, "domain": domain}
    return tf.keras.Sequential(
        [
            tf.keras.Input((28, 28, 1)),
            SparseBinaryConv2D(16, 3, padding="same", name="first", **sparse),
            layers.MaxPooling2D(4),
            layers.BatchNormalization(momentum=0.9),
            layers.Flatten(),
            SparseBinaryDense(64, **sparse),
            layers.BatchNormalization(momentum=0.9),
            SparseBinaryDense(10, name="last", **sparse),
            layers.BatchNormalization(momentum=0.9),
            layers.Softmax(),
        ]
    )


def batches(x, y, batch: int, seed: int):
    """Batches over all replicas together; each takes its part of every batch."""
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return data.batch(batch).with_options(options)


def main():
    options = support.FLAGS
    out = support.out_folder()
    data = x, y, x_test, y_test = support.load("mnist")

    import tensorflow as tf

    import sbnn_keras

    devices = strategy(options.replicas)
    tf.keras.utils.set_random_seed(options.seed)
    steps = options.epochs * -(-len(x) // options.batch)
    with devices.scope():
        model = network(options.domain)
        control = support.sparsity(model, steps)
        rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, steps)
        model.compile(
            tf.keras.optimizers.Adam(rate),
            support.classification_loss(model, control),
            metrics=["accuracy"],
        )
    model.fit(
        batches(support.pixels(x), y, options.batch, options.seed),
        epochs=options.epochs,
        validation_data=batches(support.pixels(x_test), y_test, options.batch, 0),
        callbacks=[control, support.resume(out)],
        verbose=2,
    )
    # Conversion wants the model on one device: outside of the strategy.
    model.save(out / "model.h5")
    single = tf.keras.models.load_model(out / "model.h5", compile=False)
    sbnn_keras.summary(single)
    support.finish(single, data, out, replicas=devices.num_replicas_in_sync)


if __name__ == "__main__":
    support.run(main)
