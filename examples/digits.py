"""From a Keras script to a microcontroller's answer, on real handwritten digits.

    python examples/digits.py --connections 0.05

Trains a small sparse binary network on scikit-learn's 8x8 digits (scans, no
download), converts it, and asks Keras, TFLite and TensorFlow Lite Micro for their
predictions on the same test set. The same architecture is trained alike as a Larq
BNN and in float, for comparison. Training that was interrupted continues where it
was when the same command runs again.
"""

import comparison
import support

support.define_flags("digits", epochs=40, batch=32)


def network(name: str, image, conv, dense, relu: bool = False):
    """Two convolutions and two dense layers, made by `conv` and `dense`.

    Args:
      name: of the network.
      image: shape of an image.
      conv: makes a 3x3 convolution from its filters and its name.
      dense: makes a dense layer from its units and its name.
      relu: whether layers are followed by a ReLU; the next layers' signs else take its place.
    """
    import tensorflow as tf

    layers = tf.keras.layers

    def behind(pooled=False):
        pooling = [layers.MaxPooling2D(2)] if pooled else []
        if relu:  # next to the weights, a normalization becomes part of them
            return [layers.BatchNormalization(), layers.ReLU(), *pooling]
        return [*pooling, layers.BatchNormalization()]

    return tf.keras.Sequential(
        [
            tf.keras.Input(image),
            conv(32, "first"),
            *behind(),
            conv(64, "second"),
            *behind(pooled=True),
            layers.Flatten(),
            dense(128, "third"),
            *behind(),
            dense(10, "last"),
            layers.Softmax(),
        ],
        name=name,
    )


def sparse_network(image, domain: str):
    """Weights 0 and 1."""
    import sbnn_keras

    def conv(filters, name):
        return sbnn_keras.SparseBinaryConv2D(filters, 3, padding="same", domain=domain, name=name)

    def dense(units, name):
        return sbnn_keras.SparseBinaryDense(units, domain=domain, name=name)

    return network("sbnn", image, conv, dense)


def larq_network(image):
    """Weights -1 and +1."""
    import larq as lq

    binary = {
        "kernel_quantizer": "ste_sign",
        "kernel_constraint": "weight_clip",
        "use_bias": False,
    }

    def conv(filters, name):
        signs = None if name == "first" else "ste_sign"
        return lq.layers.QuantConv2D(
            filters, 3, padding="same", input_quantizer=signs, name=name, **binary
        )

    def dense(units, name):
        return lq.layers.QuantDense(units, input_quantizer="ste_sign", name=name, **binary)

    return network("larq_bnn", image, conv, dense)


def float_network(image):
    import tensorflow as tf

    layers = tf.keras.layers

    def conv(filters, name):
        return layers.Conv2D(filters, 3, padding="same", use_bias=False, name=name)

    def dense(units, name):
        return layers.Dense(units, use_bias=name == "last", name=name)

    return network("float32", image, conv, dense, relu=True)


def train(model, data, out, control=None):
    """Adam with a cosine decay; the same for all networks.

    Args:
      model: the network.
      data: as from `support.load`.
      out: gets the checkpoint and the trained model.
      control: of the connections, as from `support.sparsity`.
    """
    import tensorflow as tf

    options = support.FLAGS
    x, y, _, _ = data
    steps = options.epochs * -(-len(x) // options.batch)
    model.compile(
        tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(5e-3, steps)),
        support.classification_loss(model, control),
        metrics=["accuracy"],
    )
    with support.progress(f"training {model.name}", options.epochs) as shown:
        model.fit(
            support.pixels(x),
            y,
            options.batch,
            options.epochs,
            callbacks=[
                *([control] if control else []),
                support.resume(out / model.name),
                shown,
            ],
            verbose=0,
        )
    model.save(out / f"{model.name}.h5")


def main():
    options = support.FLAGS
    out = support.out_folder()
    data = x, _, x_test, labels = support.load("digits")

    import tensorflow as tf

    import sbnn_keras

    image = x.shape[1:]
    steps = options.epochs * -(-len(x) // options.batch)
    models = {}
    for build in (larq_network, float_network):
        tf.keras.utils.set_random_seed(options.seed)
        model = build(image)
        train(model, data, out)
        models[model.name] = model
    tf.keras.utils.set_random_seed(options.seed)
    sparse = sparse_network(image, options.domain)
    train(sparse, data, out, support.sparsity(sparse, steps))
    sbnn_keras.summary(sparse)

    result = support.convert_and_check(sparse, data, out)
    images, samples = support.pixels(x_test), support.pixels(x[:200])
    others = {
        "BNN (Larq)": support.convert_int8(models["larq_bnn"], x),
        "int8": comparison.tflite(models["float32"], samples),
        "float32": comparison.tflite(models["float32"]),
    }
    networks = {"SBNN": result["networks"]["all int8"]}
    for (name, model), bits in zip(others.items(), (None, 8, 32)):
        (out / f"{name.split()[0].lower()}.tflite").write_bytes(model)
        accuracy = support.accuracy(support.answers(model, images), labels)
        networks[name] = comparison.figures(model, accuracy, bits)
    networks["int8"] |= {
        "instructions": comparison.int8_instructions(models["float32"]),
        "estimated": True,
    }
    support.report({**result, "networks": networks}, out)


if __name__ == "__main__":
    support.run(main)
