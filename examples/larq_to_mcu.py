"""An unchanged Larq model, from Keras to a microcontroller.

    python examples/larq_to_mcu.py --model my_larq_model.h5 --micro_dir firmware
    python examples/larq_to_mcu.py --epochs 5 --micro_dir firmware

converts a trained Larq model (weights -1 and +1), or first trains a small one on
MNIST with nothing but Larq's own layers; int8 from the pixels to the answer. The
folder `firmware` holds what firmware with TensorFlow Lite Micro needs; --c_dir writes
the same network as plain C99, without any interpreter. Training that was interrupted
continues where it was when the same command runs again.
"""

from absl import flags

import support

support.define_flags("larq_to_mcu", epochs=5, domain=None)
flags.DEFINE_string("model", None, "A Larq model for MNIST, .h5 or SavedModel; default: train one.")
flags.DEFINE_string("micro_dir", None, "Folder to write for firmware with TensorFlow Lite Micro.")
flags.DEFINE_string("c_dir", None, "Folder to write with the network as plain C99.")


def network():
    """A binary network as in Larq's own examples; nothing of sbnn_keras in it."""
    import larq as lq
    import tensorflow as tf

    binary = {
        "kernel_quantizer": "ste_sign",
        "kernel_constraint": "weight_clip",
        "use_bias": False,
    }
    return tf.keras.Sequential(
        [
            tf.keras.Input((28, 28, 1)),
            lq.layers.QuantConv2D(16, 3, padding="same", **binary),
            tf.keras.layers.MaxPooling2D(2),
            tf.keras.layers.BatchNormalization(momentum=0.9, scale=False),
            lq.layers.QuantConv2D(32, 3, padding="same", input_quantizer="ste_sign", **binary),
            tf.keras.layers.MaxPooling2D(2),
            tf.keras.layers.BatchNormalization(momentum=0.9, scale=False),
            tf.keras.layers.Flatten(),
            lq.layers.QuantDense(64, input_quantizer="ste_sign", **binary),
            tf.keras.layers.BatchNormalization(momentum=0.9, scale=False),
            lq.layers.QuantDense(10, input_quantizer="ste_sign", **binary),
            tf.keras.layers.BatchNormalization(momentum=0.9, scale=False),
            tf.keras.layers.Activation("softmax"),
        ]
    )


def train(model, data, out):
    import tensorflow as tf

    options = support.FLAGS
    x, y, x_test, y_test = data
    steps = options.epochs * -(-len(x) // options.batch)
    model.compile(
        tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(3e-3, steps)),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(
        support.pixels(x),
        y,
        options.batch,
        options.epochs,
        validation_data=(support.pixels(x_test), y_test),
        callbacks=[support.resume(out)],
        verbose=2,
    )


def main():
    options = support.FLAGS
    out = support.out_folder()
    data = support.load("mnist")

    import larq as lq
    import tensorflow as tf

    import sbnn_converter
    import sbnn_keras  # noqa: F401  (selects Keras 2, which Larq needs)

    tf.keras.utils.set_random_seed(options.seed)
    if options.model is None:
        model = network()
        train(model, data, out)
    else:
        model = tf.keras.models.load_model(options.model, compile=False)
    lq.models.summary(model)
    support.finish(model, data, out)
    if options.micro_dir is not None:
        sbnn_converter.export_micro(out / "model_int8.tflite", options.micro_dir)
        print(f"wrote {options.micro_dir}/, see its README.md")
    if options.c_dir is not None:
        model_file = out / "model_int8.tflite"
        export = sbnn_converter.export_c(model_file, options.c_dir)
        print(f"wrote {options.c_dir}/, {export.ram_bytes:,} bytes of RAM")


if __name__ == "__main__":
    support.run(main)
