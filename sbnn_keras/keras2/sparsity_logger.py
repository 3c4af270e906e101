"""Density and flip ratio in `fit`'s progress line, History and TensorBoard."""

import numpy as np

from sbnn_keras.keras2.callback import ModelCallback, warn_without_layers
from sbnn_keras.keras2.kernels import sparse_binary_kernels

__all__ = ["SparsityLogger"]


class SparsityLogger(ModelCallback):
    """Adds `density` and `flip_ratio` to the logs of each epoch.

    `density` is the share of connections, `flip_ratio` the share of weights that have
    changed since the end of the epoch before. Pass it before TensorBoard or
    CSVLogger in the list of callbacks: they log what they are given. TensorBoard's
    callback needs `pip install 'sbnn-keras[tensorboard]'`.

    Args:
        per_layer: also add `<layer>/density` and `<layer>/flip_ratio`.
        keep_latents: keep histograms of the latent weights of each epoch in
            `history`, for `sbnn_keras.plots`.
    """

    def __init__(self, per_layer: bool = False, keep_latents: bool = False):
        super().__init__()
        self.per_layer = per_layer
        self.keep_latents = keep_latents
        self._before: dict = {}
        self.history: dict[str, dict[str, list]] = {}

    def on_epoch_begin(self, epoch, logs=None):
        if not self._before:
            self._before = self._steps()

    def on_epoch_end(self, epoch, logs=None):
        now = self._steps()
        flips = {
            name: np.mean(steps != self._before[name]) if name in self._before else 0.0
            for name, steps in now.items()
        }
        density = {name: np.count_nonzero(s) / s.size for name, s in now.items()}
        logs = {} if logs is None else logs
        if not now:
            warn_without_layers(self, self.model, "sparse binary layer")
        if now:
            weights = [steps.size for steps in now.values()]
            logs["density"] = float(np.average(list(density.values()), weights=weights))
            logs["flip_ratio"] = float(np.average(list(flips.values()), weights=weights))
        for name in now:
            entry = self.history.setdefault(name, {"density": [], "flip_ratio": [], "latents": []})
            entry["density"].append(density[name])
            entry["flip_ratio"].append(float(flips[name]))
            if self.per_layer:
                logs[f"{name}/density"] = density[name]
                logs[f"{name}/flip_ratio"] = float(flips[name])
        if self.keep_latents:
            for kernel in sparse_binary_kernels(self.model):
                values = kernel.latent.numpy()
                bound = max(1.0, float(np.abs(values).max()))
                histogram = np.histogram(values, bins=60, range=(-bound, bound))
                self.history[kernel.label]["latents"].append(histogram)
        self._before = now

    def _steps(self):
        return {kernel.label: kernel.steps() for kernel in sparse_binary_kernels(self.model)}
