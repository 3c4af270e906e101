"""A small convolutional network on MNIST, from training to TensorFlow Lite Micro.

    python examples/mnist_cnn.py --connections 0.05

Training that was interrupted continues where it was when the same command runs
again.
"""

import support

support.define_flags("mnist_cnn", epochs=20, domain="general")


def network(domain: str):
    """conv 16, pool, conv 32, pool, dense 128, dense 10; kernels 3x3."""
    import tensorflow as tf

    from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

    layers = tf.keras.layers
    sparse = {"use_bias": False, "domain": domain}
    return tf.keras.Sequential(
        [
            tf.keras.Input((28, 28, 1)),
            SparseBinaryConv2D(16, 3, padding="same", name="first", **sparse),
            layers.MaxPooling2D(2),
            layers.BatchNormalization(momentum=0.9),
            SparseBinaryConv2D(32, 3, padding="same", name="second", **sparse),
            layers.MaxPooling2D(2),
            layers.BatchNormalization(momentum=0.9),
            layers.Flatten(),
            SparseBinaryDense(128, **sparse),
            layers.BatchNormalization(momentum=0.9),
            SparseBinaryDense(10, name="last", **sparse),
            layers.BatchNormalization(momentum=0.9),
            layers.Softmax(),
        ]
    )


def main():
    flags = support.FLAGS
    out = support.out_folder()
    data = x, y, x_test, y_test = support.load("mnist")

    import tensorflow as tf

    import sbnn_keras

    tf.keras.utils.set_random_seed(flags.seed)
    model = network(flags.domain)
    steps_an_epoch = -(-len(x) // flags.batch)
    control = support.sparsity(model, flags.epochs * steps_an_epoch)
    model.compile(
        tf.keras.optimizers.Adam(support.falling_rate(1e-2, steps_an_epoch)),
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
