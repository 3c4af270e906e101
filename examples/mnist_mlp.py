"""A dense network 784-512-512-10 on MNIST, from training to TensorFlow Lite Micro.

    python examples/mnist_mlp.py --connections 0.05

Training that was interrupted continues where it was when the same command runs
again.
"""

import support

support.define_flags("mnist_mlp", epochs=20)


def network(domain: str):
    """Sparse dense layers with batch normalization; returns the model."""
    import tensorflow as tf

    import sbnn_keras

    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((28, 28, 1))])
    if domain == "01":
        model.add(sbnn_keras.AlternatingSigns())  # 0/1 weights cannot subtract a pixel
    model.add(layers.Flatten())
    for name, units in (("first", 512), ("second", 512), ("last", 10)):
        model.add(sbnn_keras.SparseBinaryDense(units, use_bias=False, domain=domain, name=name))
        model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.Softmax())
    return model


def main():
    flags = support.FLAGS
    out = support.out_folder()
    data = x, y, x_test, y_test = support.load("mnist")

    import tensorflow as tf

    import sbnn_keras

    tf.keras.utils.set_random_seed(flags.seed)
    model = network(flags.domain)
    steps = flags.epochs * -(-len(x) // flags.batch)
    control = support.sparsity(model, steps)
    model.compile(
        tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(3e-3, steps)),
        support.classification_loss(model, control),
        metrics=["accuracy"],
    )
    model.fit(
        support.pixels(x),
        y,
        flags.batch,
        flags.epochs,
        validation_data=(support.pixels(x_test), y_test),
        callbacks=[control, support.resume(out)],
        verbose=2,
    )
    sbnn_keras.summary(model)
    support.finish(model, data, out)


if __name__ == "__main__":
    support.run(main)
