"""A training that is killed from outside and started again; not imported, but run.

    killed_training.py FOLDER WAY EPOCHS

It goes on from what stands in FOLDER, saved in one of the WAYs: "h5" and "keras", the whole
model and its optimizer behind each epoch, as docs/sparsity.md has it; "backup", Keras's own
BackupAndRestore. It ends with FOLDER/end.npz, the weights.
"""

import os
import sys
from pathlib import Path

import numpy as np

import sbnn_keras
import sbnn_keras.keras2  # `tf.keras` is Keras 2 from here on

import tensorflow as tf  # isort: skip

K = tf.keras.layers
BATCH, STEPS = 16, 12


def network() -> tf.keras.Model:
    tf.keras.utils.set_random_seed(3)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 3)),
            sbnn_keras.SparseBinaryConv2D(6, 3, domain="general"),
            K.BatchNormalization(),
            sbnn_keras.SparseBinaryConv2D(6, 3, domain="signed", input_quantizer="ste_sign"),
            K.BatchNormalization(),
            K.Flatten(),
            sbnn_keras.SparseBinaryDense(4, activation="softmax", input_quantizer="ste_sign"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


class Save(tf.keras.callbacks.Callback):
    """Behind each epoch, under a name of its own first: a kill leaves the file before."""

    def __init__(self, path: Path):
        super().__init__()
        self._path = path

    def on_epoch_end(self, epoch, logs=None):
        unfinished = self._path.with_name(f"unfinished{self._path.suffix}")
        self.model.save(unfinished)
        os.replace(unfinished, self._path)


class Tell(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(epoch, flush=True)


def main(folder: Path, way: str, epochs: int) -> None:
    tf.config.experimental.enable_op_determinism()
    path, done = folder / f"model.{way}", 0
    if path.exists():
        model = tf.keras.models.load_model(path)
        done = int(model.optimizer.iterations) // STEPS
    else:
        model = network()
    decay = sbnn_keras.PolynomialDecay(0.5, 0.9, begin_step=0, end_step=STEPS * epochs // 2)
    schedule = sbnn_keras.ConnectionsSchedule(decay)
    if way == "backup":
        keep = tf.keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False)
    else:
        keep = Save(path)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(BATCH * STEPS, 8, 8, 3)).astype(np.float32)
    y = rng.integers(0, 4, len(x))
    model.fit(
        x,
        y,
        batch_size=BATCH,
        epochs=epochs,
        initial_epoch=done,
        shuffle=False,
        verbose=0,
        callbacks=[schedule, sbnn_keras.FreezeConnections(1), keep, Tell()],
    )
    weights = {str(i): weight for i, weight in enumerate(model.get_weights())}
    np.savez(folder / "unfinished.npz", **weights)
    os.replace(folder / "unfinished.npz", folder / "end.npz")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
