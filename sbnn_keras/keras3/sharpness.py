"""Sharpens the error-decay pseudo-gradient over training."""

from sbnn_keras.core.arguments import check_whole
from sbnn_keras.keras3.callback import ModelCallback, warn_without_layers
from sbnn_keras.keras3.kernels import sparse_binary_kernels

__all__ = ["SharpnessSchedule"]


class SharpnessSchedule(ModelCallback):
    """Moves t of the pseudo-gradient `"error_decay"` from 0.1 to 10, log-linearly.

    t is set at the beginning of each epoch and saved with the model.

    Args:
        epochs: epochs of the whole training; by default those of `fit`.
    """

    def __init__(self, epochs: int | None = None):
        super().__init__()
        if epochs is not None:
            epochs = check_whole(epochs, "epochs", at_least=1)
        self.epochs = epochs

    def on_epoch_begin(self, epoch, logs=None):
        last = (self.epochs or self.params["epochs"]) - 1
        quantizers = [kernel.quantizer for kernel in sparse_binary_kernels(self.model)]
        if self.model.built and not any(q.is_sharpened for q in quantizers):
            wanted = 'kernel with pseudo_gradient="error_decay"'
            warn_without_layers(self, self.model, wanted)
        for quantizer in quantizers:
            quantizer.sharpen(epoch / max(1, last))
