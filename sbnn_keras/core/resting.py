"""Last epochs in which a model is another one while it trains than for everybody else."""

from collections.abc import Callable
from typing import Any

from sbnn_keras.core.arguments import check_whole
from sbnn_keras.core.averaging import LongAverages

__all__ = ["Rest", "RestingSteps"]


class Rest:
    """What a callback of either Keras does at the end of a fit: kernels stand still there.

    A front's callback is one of these, too, and knows how its kernels are held.

    Args:
        epochs: how many epochs at the end.

    Raises:
        ValueError: for a negative number of epochs.
    """

    model: Any  # as of a callback
    params: dict

    def __init__(self, epochs: int):
        super().__init__()
        self.epochs = check_whole(epochs, "epochs", at_least=0)
        self._steps: RestingSteps | None = None  # until they begin

    def _hold(self) -> Callable[[bool], None] | None:
        """Holds the kernels, given True, and lets them go; None where there are none."""
        raise NotImplementedError

    def on_train_begin(self, logs=None):
        self._steps = None  # of a fit that was stopped

    def on_epoch_begin(self, epoch, logs=None):
        left = self.params["epochs"] - epoch
        if left > self.epochs or self._steps is not None:
            return
        hold = self._hold()
        if hold is None:
            return
        steps = self.params.get("steps")
        layers = self.model._flatten_layers(include_self=False)
        averages = LongAverages(layers, steps and steps * left)

        def rest(value: bool) -> None:
            hold(value)
            averages.use(value)

        self._steps = RestingSteps(self.model, rest)

    def on_train_batch_begin(self, batch, logs=None):
        if self._steps is not None:
            self._steps.take_next()

    def on_train_end(self, logs=None):
        self._steps = None


class RestingSteps:
    """The training function of a fit, traced anew, that changes a model while it runs.

    So whatever looks at the model between two steps, as callbacks that save do, finds it as it
    was; and so does who stops a fit with Ctrl-C, of which no callback is told. The next fit
    then trains as ever: this function belongs to one fit, which its history tells.

    Args:
        model: of Keras 2 or 3, in a fit.
        change: is called with True before a step and with False behind it.
    """

    def __init__(self, model, change: Callable[[bool], None]):
        self._model = model
        self._change = change
        self._fit = model.history
        self._steps = _traced_apart(model)

    def take_next(self) -> None:
        """Takes the next step in the place of the model's training function, but no other."""
        self._model.train_function = self

    def __call__(self, *arguments):
        if self._model.history is not self._fit:
            self._model.make_train_function(force=True)
            return self._model.train_function(*arguments)
        self._change(True)
        try:
            return self._steps(*arguments)
        finally:
            self._change(False)
            self._model.train_function = None  # whoever trains it next makes one


def _traced_apart(model) -> Callable:
    """A training function whose traces no other one takes.

    JAX knows a step again by its function; a method is the same one in all of them.
    """
    step = model.train_step
    is_own = "train_step" in vars(model)
    model.train_step = lambda *arguments: step(*arguments)
    try:
        model.make_train_function(force=True)
        return model.train_function
    finally:
        if is_own:
            model.train_step = step
        else:
            del model.train_step
