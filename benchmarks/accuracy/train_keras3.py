"""Trains one network for images with Keras 3, on any of its backends and on what is there.

    KERAS_BACKEND=jax python benchmarks/accuracy/train_keras3.py --data cifar10 \\
        --network binarynet1 --method schedule --domain signed --connections 0.05 \\
        --change '{"backend": "jax", "bits": 2, "stream": 6}'

With JAX and PyTorch nothing is needed but Keras, no TensorFlow either. What is trained lands in
WORK/RUN, as `model.keras` and `history.json`; `train.py` with the same arguments then converts
it, compares the runtimes and writes the result. A run that was killed continues behind the last
epoch that was whole when the same command runs again. A teacher is a run of its own, which comes
first; without it the program says which.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["SBNN_KERAS"] = "3"

import keras
import numpy as np
from absl import app

sys.path.insert(0, str(Path(__file__).parent))

import architectures
import images
import run_flags
from library_recipe import library_recipe
from sources import check

_STEPS_A_CALL = 10
MODEL, HISTORY, PARTIAL = "model.keras", "history.json", "epochs.json"


class Batches(keras.utils.PyDataset):
    """Batches of one epoch after another; seed and epoch alone fix them."""

    def __init__(self, x, y, run, **arguments):
        super().__init__(**arguments)
        self._x, self._y, self._run = x, y.astype(np.int32), run
        self._batch = run.recipe()["batch"]
        self.begin(0)

    def __len__(self):
        return len(self._x) // self._batch

    def __getitem__(self, index):
        chosen = self._order[index * self._batch :][: self._batch]
        rng = np.random.default_rng([self._run.seed, self._epoch, index])
        shift = self._run.recipe()["shift"]
        samples = images.moved(self._x[chosen], rng, shift, self._run.is_mirrored)
        return images.pixels(samples), self._y[chosen]

    def begin(self, epoch: int):
        """Told by `fit` and not counted here: Keras also asks for batches to build the model."""
        self._epoch = epoch
        rng = np.random.default_rng([self._run.seed, epoch])
        self._order = rng.permutation(len(self._x))


class History(keras.callbacks.Callback):
    """One dict an epoch, as `training.train` returns; `PARTIAL` holds them while it trains.

    Args:
      folder: of the run.
      backup: where Keras keeps the state of the last epoch that was whole.
    """

    def __init__(self, folder: Path, backup: Path):
        super().__init__()
        self._file = folder / PARTIAL
        told = backup / "training_metadata.json"
        # Written in front of the state, this may be an epoch ahead of it.
        whole = json.loads(told.read_text())["epoch"] if told.exists() else 0
        self.epochs = json.loads(self._file.read_text())[:whole] if whole else []

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        logs = {"val_accuracy": float("nan"), **logs}
        names = {"loss": "loss", "train": "accuracy", "test": "val_accuracy"}
        row = {name: round(float(logs[key]), 5) for name, key in names.items()}
        self.epochs.append({**row, "seconds": round(time.monotonic() - self._began, 1)})
        self._file.write_text(json.dumps(self.epochs))
        print(epoch + 1, self.epochs[-1], flush=True)


def _teacher(run, work: Path):
    """The trained network that a run is distilled from, or None."""
    if run.teacher() is None:
        return None
    path = work / run.teacher().name / MODEL
    if not path.exists():
        raise SystemExit(f"--work: there is no {path}, the teacher of this run; train it first")
    return keras.models.load_model(path, compile=False)


def main(_):
    run, work = run_flags.run(), Path(run_flags.WORK.value)
    recipe = run.recipe()
    if recipe["backend"] != keras.backend.backend():
        raise SystemExit(
            f"--change: found backend={recipe['backend']!r}, and Keras works on "
            f"{keras.backend.backend()!r}; set KERAS_BACKEND, or the change, to the other"
        )
    folder = work / run.name
    if (folder / HISTORY).exists():
        print(f"{folder / HISTORY} is there already")
        return
    check("data", run_flags.DATA.value)
    x, y, x_test, y_test = images.read(run_flags.DATA.value, run.network)
    keras.utils.set_random_seed(run.seed)
    folder.mkdir(parents=True, exist_ok=True)
    backup = folder / "backup"
    model, history = architectures.build(run), History(folder, backup)
    batches = Batches(x, y, run)
    order = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, _: batches.begin(epoch))
    common, steps = library_recipe(run), len(batches)
    if run.is_sparse:
        trained, callbacks = common.compile(
            model, steps, _teacher(run, work), steps_per_execution=_STEPS_A_CALL
        )
    else:
        trained, callbacks = model, []
        rate = common.learning_rate(steps)
        model.compile(
            keras.optimizers.Adam(rate),
            "sparse_categorical_crossentropy",
            metrics=["accuracy"],
            steps_per_execution=_STEPS_A_CALL,
        )
    trained.fit(
        batches,
        shuffle=False,  # they have an order of their own
        epochs=recipe["epochs"],
        validation_data=(images.pixels(x_test), y_test.astype(np.int32)),
        validation_batch_size=500,
        verbose=0,
        callbacks=[
            *callbacks,
            order,
            history,
            keras.callbacks.BackupAndRestore(backup, double_checkpoint=True),
        ],
    )
    if not run.is_sparse:  # a model of its own, without the optimizer's state
        weights = model.get_weights()
        model = architectures.build(run)
        model.set_weights(weights)
    model.save(folder / MODEL)
    (folder / HISTORY).write_text(json.dumps(history.epochs))
    (folder / PARTIAL).unlink()


if __name__ == "__main__":
    app.run(main)
