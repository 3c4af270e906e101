"""BinaryNet on CIFAR-10, from training to TFLite and TensorFlow Lite Micro.

    python examples/cifar10.py --data FOLDER --width 0.25 --connections 0.05

trains a sparse binary network of three blocks of two convolutions, converts it in
float32 and all in int8, and compares both with Keras on the test set. Training
that was interrupted continues where it was when the same command runs again.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from absl import app, flags, logging

_DATA = flags.DEFINE_string(
    "data",
    None,
    "An .npz with x_train, y_train, x_test, y_test; or a folder with train/CLASS/*.jpg "
    "and test/CLASS/*.jpg. Default: Keras's own download.",
)
_WIDTH = flags.DEFINE_float("width", 0.25, "Channels relative to BinaryNet's.", 0.01)
_CONNECTIONS = flags.DEFINE_float(
    "connections", 0.05, "Share of ones in the hidden layers.", 1e-4, 1.0
)
_EPOCHS = flags.DEFINE_integer("epochs", 25, "Epochs.", 1)
_BATCH = flags.DEFINE_integer("batch", 128, "Samples in a training step.", 1)
_SEED = flags.DEFINE_integer("seed", 1, "Seed of weights and of the data's order.")
_OUT = flags.DEFINE_string("out", "build/cifar10", "Folder for checkpoints and results.")


def load(path: str | None):
    """Images uint8 [n, 32, 32, 3] and labels int [n]: train and test."""
    import tensorflow as tf

    if path is None:
        (x, y), (x_test, y_test) = tf.keras.datasets.cifar10.load_data()
    elif Path(path).is_dir():
        x, y = _read_folder(Path(path) / "train")
        x_test, y_test = _read_folder(Path(path) / "test")
    elif Path(path).is_file():
        with np.load(path) as f:
            x, y, x_test, y_test = (
                f[k] for k in ("x_train", "y_train", "x_test", "y_test")
            )
    else:
        raise app.UsageError(f"--data: '{path}' is neither a file nor a folder")
    return x, np.ravel(y), x_test, np.ravel(y_test)


def _read_folder(folder: Path):
    from PIL import Image

    classes = sorted(p for p in folder.iterdir() if p.is_dir())
    images, labels = [], []
    for label, name in enumerate(classes):
        for path in sorted(name.iterdir()):
            images.append(np.asarray(Image.open(path).convert("RGB")))
            labels.append(label)
    return np.stack(images), np.array(labels)


def binarynet(width: float, connections: float):
    """conv-conv-pool three times and a dense layer; batch normalization after each.

    The first convolution and the last layer have few weights and stay denser.
    """
    import tensorflow as tf

    from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

    layers = tf.keras.layers
    denser = min(1.0, 4 * connections)
    model = tf.keras.Sequential([tf.keras.Input((32, 32, 3))])
    for block, channels in enumerate((128, 256, 512)):
        for place in range(2):
            share = denser if block == place == 0 else connections
            model.add(
                SparseBinaryConv2D(
                    max(1, round(width * channels)),
                    3,
                    padding="same",
                    use_bias=False,
                    connections=share,
                )
            )
            if place == 1:
                model.add(layers.MaxPooling2D(2))
            model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.Flatten())
    model.add(SparseBinaryDense(10, use_bias=False, connections=denser))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.Softmax())
    return model


def augmented(x, y, batch: int, seed: int):
    """Endless batches, shifted by up to 4 pixels and mirrored."""
    import tensorflow as tf

    def change(image, label):
        image = tf.pad(tf.cast(image, tf.float32) / 255, [[4, 4], [4, 4], [0, 0]])
        image = tf.image.random_crop(image, (32, 32, 3))
        return tf.image.random_flip_left_right(image), label

    data = tf.data.Dataset.from_tensor_slices((x, y))
    data = data.shuffle(len(x), seed).map(change, tf.data.AUTOTUNE)
    return data.batch(batch, drop_remainder=True).prefetch(2)


def train(model, data, out: Path):
    """Adam with a cosine decay while the connections travel down to their target."""
    import tensorflow as tf
    from tensorflow_model_optimization.sparsity.keras import PolynomialDecay

    import sbnn_keras

    x, y, x_test, y_test = data
    epochs = _EPOCHS.value
    steps = epochs * (len(x) // _BATCH.value)
    decay = PolynomialDecay(
        0.5, 1 - _CONNECTIONS.value, 0, max(1, int(0.7 * steps)), frequency=100
    )
    model.compile(
        tf.keras.optimizers.Adam(tf.keras.optimizers.schedules.CosineDecay(5e-3, steps)),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(
        augmented(x, y, _BATCH.value, _SEED.value),
        epochs=epochs,
        verbose=2,
        validation_data=(x_test.astype(np.float32) / 255, y_test),
        callbacks=[
            sbnn_keras.ConnectionsSchedule(decay),
            tf.keras.callbacks.BackupAndRestore(out / "checkpoint"),
        ],
    )


def main(_):
    import sbnn_keras
    import tensorflow as tf

    import sbnn_converter

    logging.set_verbosity(logging.WARNING)
    out = Path(_OUT.value)
    out.mkdir(parents=True, exist_ok=True)
    tf.keras.utils.set_random_seed(_SEED.value)
    data = x, _, x_test, y_test = load(_DATA.value)
    model = binarynet(_WIDTH.value, _CONNECTIONS.value)
    train(model, data, out)
    model.save(out / "model.h5")
    sbnn_keras.summary(model)

    def samples():
        for image in x[:: len(x) // 200]:
            yield [image[None].astype(np.float32) / 255]

    converted = sbnn_converter.convert_keras_model(model)
    all_int8 = sbnn_converter.convert_keras_model(
        model,
        inference_input_type=tf.uint8,
        inference_output_type=tf.int8,
        representative_dataset=samples,
    )
    (out / "model.tflite").write_bytes(converted)
    (out / "model_int8.tflite").write_bytes(all_int8)

    pixels = x_test.astype(np.float32) / 255
    keras = model.predict(pixels, verbose=0).argmax(1)
    tflite = sbnn_converter.Interpreter(converted).predict(pixels).argmax(1)
    int8 = sbnn_converter.Interpreter(all_int8)
    scale, zero = int8.input_details[0]["quantization"]
    q = np.clip(np.round(pixels / scale) + zero, 0, 255).astype(np.uint8)
    int8_answers = int8.predict(q).argmax(1)
    micro = sbnn_converter.micro.Interpreter(all_int8)
    some = slice(0, 500)
    result = {
        "width": _WIDTH.value,
        "connections": _CONNECTIONS.value,
        "epochs": _EPOCHS.value,
        "seed": _SEED.value,
        "accuracy_keras": float((keras == y_test).mean()),
        "accuracy_tflite": float((tflite == y_test).mean()),
        "accuracy_int8": float((int8_answers == y_test).mean()),
        "keras_and_tflite_differ": int((keras != tflite).sum()),
        "int8_and_tflm_differ_of_500": int(
            (micro.predict(q[some]).argmax(1) != int8_answers[some]).sum()
        ),
        "model_bytes": len(converted),
        "model_int8_bytes": len(all_int8),
        "tflm_arena_bytes": micro.arena_used_bytes,
    }
    (out / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    app.run(main)
