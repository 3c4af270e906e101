"""Sparse binary training in a loop of one's own, without `fit`.

    python examples/custom_loop.py --method constraint --connections 0.05

What `fit` does for the library has to be called: the schedule before each step, or
the penalty on the loss. Training that was interrupted continues where it was when
the same command runs again.
"""

import support

support.define_flags("custom_loop", epochs=5, domain="general")


def network(domain: str):
    """A dense network 784-256-10."""
    import tensorflow as tf

    import sbnn_keras

    dense = {"use_bias": False, "domain": domain}
    return tf.keras.Sequential(
        [
            tf.keras.Input((28, 28, 1)),
            tf.keras.layers.Flatten(),
            sbnn_keras.SparseBinaryDense(256, **dense),
            tf.keras.layers.BatchNormalization(momentum=0.9),
            sbnn_keras.SparseBinaryDense(10, name="last", **dense),
            tf.keras.layers.BatchNormalization(momentum=0.9),
            tf.keras.layers.Softmax(),
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
    steps_an_epoch = len(x) // flags.batch
    if not steps_an_epoch:
        raise ValueError(f"--batch: found {flags.batch}, wanted at most {len(x)} images")
    steps = flags.epochs * steps_an_epoch
    control = support.sparsity(model, steps)
    control.set_model(model)  # the layers begin to hold a share
    optimizer = tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(3e-3, steps))
    optimizer.build(model.trainable_variables)
    cross_entropy = tf.keras.losses.SparseCategoricalCrossentropy()
    is_constraint = isinstance(control, sbnn_keras.ExpectedConnections)

    @tf.function
    def step(images, labels):
        with tf.GradientTape() as tape:
            loss = cross_entropy(labels, model(images, training=True))
            if is_constraint:
                loss = control.total_loss(loss, model)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    done = tf.Variable(0, name="epochs_done")
    checkpoints = tf.train.CheckpointManager(
        tf.train.Checkpoint(model=model, optimizer=optimizer, epochs_done=done),
        str(out / "checkpoint"),
        max_to_keep=1,
    )
    checkpoints.restore_or_initialize()
    pixels, test_pixels = support.pixels(x), support.pixels(x_test)
    for epoch in range(int(done), flags.epochs):
        # The order is a function of seed and epoch, so that a resumed training sees
        # what an uninterrupted one does.
        order = tf.random.experimental.stateless_shuffle(
            tf.range(len(x)), (flags.seed, epoch)
        ).numpy()
        for number in range(steps_an_epoch):
            if not is_constraint:
                control.on_train_batch_begin(number)
            chosen = order[number * flags.batch : (number + 1) * flags.batch]
            loss = step(tf.constant(pixels[chosen]), tf.constant(y[chosen]))
        right = model.predict(test_pixels, verbose=0).argmax(1) == y_test
        print(
            f"epoch {epoch + 1} of {flags.epochs}: loss {float(loss):.3f}, "
            f"test accuracy {right.mean():.4f}",
            flush=True,
        )
        done.assign(epoch + 1)
        checkpoints.save()
    control.on_train_end()
    sbnn_keras.summary(model)
    support.finish(model, data, out)


if __name__ == "__main__":
    support.run(main)
