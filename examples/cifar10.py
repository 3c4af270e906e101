"""BinaryNet on CIFAR-10, from training to TFLite and TensorFlow Lite Micro.

    python examples/cifar10.py --data FOLDER --width 0.25 --connections 0.05

trains a sparse binary network of three blocks of two convolutions. --width 1 has the
128, 256 and 512 channels of BinaryNet, 0.5 and 0.25 fewer. Training that was
interrupted continues where it was when the same command runs again.
"""

from absl import flags

import support

support.define_flags("cifar10", epochs=30, batch=128, domain="general")
flags.DEFINE_float("width", 0.25, "Channels relative to BinaryNet's.", 0.01)


def sparse(domain: str) -> dict:
    """Arguments of the sparse layers.

    Connections are chosen anew at every step, which the first epochs gain by. Latent
    weights have room up to 3, so that they do not pile up at their bound, where they
    could not be told apart (docs/results.md, "What helped").
    """
    from sbnn_keras.quantizers import SparseBinary  # isort: skip  (selects Keras 2)

    import larq as lq

    return {
        "use_bias": False,
        "domain": domain,
        "kernel_quantizer": SparseBinary(domain=domain, clip_value=3, refresh_every=1),
        "kernel_constraint": lq.constraints.WeightClip(3),
    }


def binarynet(width: float, domain: str):
    """conv-conv-pool three times and a dense layer; batch normalization after each."""
    import tensorflow as tf

    from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((32, 32, 3))])
    for block, channels in enumerate((128, 256, 512)):
        for place in range(2):
            model.add(
                SparseBinaryConv2D(
                    max(1, round(width * channels)),
                    3,
                    padding="same",
                    name=f"conv_{block}_{place}",
                    **sparse(domain),
                )
            )
            if place == 1:
                model.add(layers.MaxPooling2D(2))
            model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.Flatten())
    model.add(SparseBinaryDense(10, name="last", **sparse(domain)))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.Softmax())
    return model


def augmented(x, y, batch: int, seed: int):
    """Batches of images shifted by up to 4 pixels and mirrored."""
    import tensorflow as tf

    def change(image, label):
        image = tf.pad((tf.cast(image, tf.float32) - 128) / 128, [[4, 4], [4, 4], [0, 0]])
        image = tf.image.random_crop(image, (32, 32, 3))
        return tf.image.random_flip_left_right(image), label

    data = tf.data.Dataset.from_tensor_slices((x, y))
    data = data.shuffle(len(x), seed).map(change, tf.data.AUTOTUNE)
    return data.batch(batch, drop_remainder=True).prefetch(2)


def main():
    options = support.FLAGS
    out = support.out_folder()
    data = x, y, x_test, y_test = support.load("cifar10")

    import tensorflow as tf

    import sbnn_keras

    tf.keras.utils.set_random_seed(options.seed)
    model = binarynet(options.width, options.domain)
    steps_an_epoch = len(x) // options.batch
    control = support.sparsity(model, options.epochs * steps_an_epoch)
    model.compile(
        tf.keras.optimizers.Adam(support.falling_rate(3e-3, steps_an_epoch)),
        support.classification_loss(model, control),
        metrics=["accuracy"],
    )
    model.fit(
        augmented(x, y, options.batch, options.seed),
        epochs=options.epochs,
        validation_data=(support.pixels(x_test), y_test),
        callbacks=[control, support.resume(out)],
        verbose=2,
    )
    sbnn_keras.summary(model)
    support.finish(model, data, out)


if __name__ == "__main__":
    support.run(main)
