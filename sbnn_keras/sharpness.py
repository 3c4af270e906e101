"""Sharpens the error-decay pseudo-gradient over training."""

import tensorflow as tf

from sbnn_keras.kernels import sparse_binary_kernels

__all__ = ["SharpnessSchedule"]


class SharpnessSchedule(tf.keras.callbacks.Callback):
    """Moves t of the pseudo-gradient `"error_decay"` from 0.1 to 10, log-linearly.

    t is set at the beginning of each epoch and saved with the model.

    # Arguments
        epochs: epochs of the whole training; by default those of `fit`.
    """

    def __init__(self, epochs: int | None = None):
        super().__init__()
        self.epochs = epochs

    def on_epoch_begin(self, epoch, logs=None):
        last = (self.epochs or self.params["epochs"]) - 1
        for kernel in sparse_binary_kernels(self.model):
            kernel.quantizer.sharpen(epoch / max(1, last))
