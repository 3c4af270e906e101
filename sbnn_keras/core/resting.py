"""Training steps under which a model is another one than for everybody else."""

from collections.abc import Callable

__all__ = ["RestingSteps"]


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
