"""Lets the share of connections travel down to its target during training."""

import keras
from keras import ops

from sbnn_keras.core.arguments import check_names
from sbnn_keras.core.connections import count_of_ones
from sbnn_keras.core.saturation import SaturationWarnings
from sbnn_keras.core.share_schedule import ShareSchedule
from sbnn_keras.keras3.callback import ModelCallback, into_variables, warn_without_layers
from sbnn_keras.keras3.finite import check_finite
from sbnn_keras.keras3.kernels import Kernel, select_layers, sparse_binary_kernels
from sbnn_keras.keras3.quantizers import SparseBinary

__all__ = ["ConnectionsSchedule"]


class ConnectionsSchedule(ModelCallback):
    """Holds, at each training step, the share of connections of a pruning schedule.

    ```python
    decay = sbnn_keras.PolynomialDecay(0.5, 0.95, begin_step=0, end_step=2000)
    model.fit(x, y, callbacks=[sbnn_keras.ConnectionsSchedule(decay)])
    ```

    A schedule gives sparsities; the share of connections is 1 - sparsity. It is looked at
    every `schedule.frequency` steps, and once at its end. A layer with its own
    `connections` follows the schedule down to that share and stays there; a layer without
    is held from now on, and keeps the last share.

    Steps are the training steps that the layers themselves have counted and saved, so that
    training resumed from any saved model continues where it was.

    Args:
        schedule: `PolynomialDecay`, `ConstantSparsity` or another pruning schedule in the
            form of tensorflow-model-optimization, or a share of connections to hold.
        layers: names of the layers to control; by default every sparse binary layer.
        overrides: schedules (or shares) of single layers by name; `None` exempts a layer.
        verbose: 1 to say at the end of training which share each layer holds. What it says
            there is true behind callbacks that bring earlier weights back, such as
            `EarlyStopping(restore_best_weights=True)`.

    Raises:
        ValueError: when training begins, for a layer name that does not exist, or a
            schedule that ends above a layer's own `connections`.
    """

    def __init__(self, schedule, layers=None, overrides=None, verbose=0):
        super().__init__()
        check_names(layers, "layers")
        self.schedule = ShareSchedule(schedule)
        if overrides is not None and not isinstance(overrides, dict):
            raise ValueError(
                f"Wrong `overrides`: found {overrides!r}, wanted a dictionary from layer names "
                "to schedules, shares or None."
            )
        check_names(overrides, "overrides")
        self.layers = layers
        self.overrides = {
            name: None if value is None else ShareSchedule(value)
            for name, value in (overrides or {}).items()
        }
        self.verbose = verbose
        self._controls = None
        self._saturation = SaturationWarnings("sbnn_keras.keras3.constraints.WeightClip")

    def set_model(self, model):
        super().set_model(model)
        self._controls = None
        self._take_hold()
        if not self._schedules() and self.model.layers:
            warn_without_layers(self, self.model, "sparse binary layer that is not exempted")

    def on_epoch_begin(self, epoch, logs=None):
        self._controls = None  # steps are read anew, and counted from there

    def on_train_batch_begin(self, batch, logs=None):
        if self._controls is None:
            into_variables(self.model)
            schedules = self._schedules()
            kernels = list(sparse_binary_kernels(self.model, list(schedules)))
            if not kernels:
                return  # the first batch builds the layers
            self._controls = [
                _Control(kernel, schedules[kernel.layer.name], batch) for kernel in kernels
            ]
        for control in self._controls:
            control.update(batch, self.model)

    def on_epoch_end(self, epoch, logs=None):
        into_variables(self.model)
        for control in self._controls or ():
            control.check_saturation(self._saturation)

    def on_train_end(self, logs=None):
        for control in self._controls or ():
            control.report(self.verbose)
            control.check_saturation(self._saturation)

    def _schedules(self) -> dict[str, ShareSchedule]:
        """The schedule of each layer that is to follow one, by layer name."""
        chosen = [layer.name for layer in select_layers(self.model, self.layers)]
        exceptions = [layer.name for layer in select_layers(self.model, self.overrides)]
        schedules = {
            name: self.overrides.get(name, self.schedule)
            for name in dict.fromkeys(chosen + exceptions)
        }
        return {k: v for k, v in schedules.items() if v is not None}

    def _take_hold(self) -> None:
        """Makes every chosen layer hold a share, the ones still unbuilt included."""
        for name, schedule in self._schedules().items():
            (layer,) = select_layers(self.model, [name])
            for quantizer in layer.kernel_quantizers():
                if quantizer.connections is not None:
                    _check_end(name, quantizer, schedule)
                quantizer.follow(schedule.share(schedule.event(0)), schedule.end())
            if layer.built:
                layer.hold_connections()


def _check_end(name: str, quantizer: SparseBinary, schedule: ShareSchedule) -> None:
    if schedule.end() > quantizer.connections + 1e-6:
        raise ValueError(
            f"The schedule ends above the target of layer {name!r}: found "
            f"{schedule.end():.4g} connections at its end, wanted at most the layer's "
            f"connections={quantizer.connections:.4g}. Raise the final sparsity, or "
            f"exempt the layer with overrides={{{name!r}: None}}."
        )


class _Control:
    """The way of one kernel down its schedule, from a batch of an epoch on."""

    def __init__(self, kernel: Kernel, schedule: ShareSchedule, batch: int):
        self._kernel = kernel
        self._schedule = schedule
        self._first_batch = batch
        self._first_step = kernel.trained_steps()
        self._last_event = ()

    def _step(self, batch: int) -> int:
        """Training steps of the kernel so far.

        While JAX trains, variables are behind: there the batches count.
        """
        if keras.backend.backend() != "jax":
            return self._kernel.trained_steps()
        counts = self._kernel.layer.trainable
        return self._first_step + (batch - self._first_batch if counts else 0)

    def update(self, batch: int, trained) -> None:
        quantizer = self._kernel.quantizer
        event = self._schedule.event(self._step(batch))
        if event != self._last_event:
            self._last_event = event
            into_variables(trained)
            check_finite(self._kernel.latent, self._kernel.label)
            share = max(self._schedule.share(event), quantizer.connections)
            quantizer.held.hold(ops.convert_to_tensor(self._kernel.variable.value), share)

    def report(self, verbose):
        quantizer = self._kernel.quantizer
        name = self._kernel.layer.name
        size = quantizer.held.size
        held = int(ops.convert_to_numpy(quantizer.held.count.value))
        wanted = count_of_ones(quantizer.connections, size)
        share = f"{held / size:.2%} connections ({held} of {size})"
        if held != wanted:
            print(
                f"{name}: training ended before its schedule. It holds {share}, the "
                f"target is {quantizer.connections:.2%}."
            )
        elif verbose:
            print(f"{name}: holds {share}, as wanted.")

    def check_saturation(self, warnings: SaturationWarnings) -> None:
        quantizer = self._kernel.quantizer
        score = quantizer.score(self._kernel.latent)
        warnings.check(
            self._kernel.label, score, int(ops.convert_to_numpy(quantizer.held.count.value))
        )
