"""Trains one run, with a checkpoint that a killed training continues from."""

import json
import time
from pathlib import Path

import tensorflow as tf
from data import batches, pixels
from library_recipe import library_recipe

import sbnn_keras
import sbnn_keras.keras2  # `tf.keras` is Keras 2 from here on

_STEPS_A_CALL = 10


def train(model, run, data, folder: Path, save_seconds: float = 30, teacher=None) -> list[dict]:
    """Trains `model`; continues where an earlier call with `folder` was killed.

    Args:
      model: as `architectures.build` makes it.
      run: the settings.
      data: images and labels, train and test.
      folder: for the checkpoint.
      save_seconds: time between two checkpoints, at least.
      teacher: the network that a distilled run learns from.

    Returns:
      One dict an epoch: loss, accuracy on the training and on the test set, seconds.
    """
    x, y, x_test, y_test = data
    recipe = run.recipe()
    steps_an_epoch = len(x) // recipe["batch"]
    common = library_recipe(run)
    loss = "sparse_categorical_crossentropy"
    still = max(recipe["settle"], recipe["rest"])
    callbacks = [sbnn_keras.FreezeConnections(still)]
    if recipe.get("pseudo_gradient") == "error_decay":
        callbacks.append(sbnn_keras.SharpnessSchedule())
    if run.method == "schedule" and common.connections is not None:
        callbacks.append(common.schedule(model, steps_an_epoch))
    if run.method == "constraint":
        constraint = sbnn_keras.ExpectedConnections(run.connections, recipe["gamma"])
        loss = constraint.loss(loss, model)
        callbacks.append(constraint)
    if teacher is not None:
        model = sbnn_keras.Distiller(model, teacher, common.alpha, common.temperature)
    model.compile(
        tf.keras.optimizers.Adam(common.learning_rate(steps_an_epoch)),
        loss,
        metrics=["accuracy"],
        steps_per_execution=_STEPS_A_CALL,
    )
    for callback in callbacks:
        callback.set_model(model)  # makes the variables that the checkpoint holds
    model.optimizer.build(model.trainable_variables)
    checkpoint = _Checkpoint(model, folder, save_seconds)
    history = checkpoint.restore()
    if len(history) < recipe["epochs"]:
        checkpoint.history = history
        model.fit(
            batches(
                x,
                y,
                recipe["batch"],
                run.seed,
                len(history),
                recipe["shift"],
                mirror=run.is_mirrored,
            ),
            epochs=recipe["epochs"],
            initial_epoch=len(history),
            steps_per_epoch=steps_an_epoch,
            validation_data=tf.data.Dataset.from_tensor_slices((x_test, y_test))
            .batch(500)
            .map(lambda a, b: (pixels(a), b))
            .cache(),
            verbose=2,
            callbacks=[*callbacks, checkpoint],
        )
    return checkpoint.history


class _Checkpoint(tf.keras.callbacks.Callback):
    """Saves model, optimizer and history together, at the end of an epoch."""

    def __init__(self, model, folder: Path, save_seconds: float):
        super().__init__()
        self._save_seconds = save_seconds
        # The whole history is a variable, so that it can never be of another epoch.
        self._text = tf.Variable("[]", trainable=False)
        state = tf.train.Checkpoint(model=model, optimizer=model.optimizer, history=self._text)
        self._state = state
        self._manager = tf.train.CheckpointManager(state, str(folder / "checkpoint"), max_to_keep=1)
        self.history = []
        self._saved_at = self._epoch_at = time.monotonic()

    def restore(self) -> list[dict]:
        latest = self._manager.latest_checkpoint
        if latest:
            self._state.restore(latest).assert_existing_objects_matched()
        self.history = json.loads(self._text.numpy())
        return self.history

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_at = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        now = time.monotonic()
        self.history.append(
            {
                "loss": round(float(logs["loss"]), 5),
                "train": round(float(logs["accuracy"]), 5),
                "test": round(float(logs["val_accuracy"]), 5),
                "seconds": round(now - self._epoch_at, 1),
            }
        )
        if now - self._saved_at > self._save_seconds or len(self.history) == self.params["epochs"]:
            self._text.assign(json.dumps(self.history))
            self._manager.save()
            self._saved_at = time.monotonic()
