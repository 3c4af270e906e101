"""Sparsity as a function of the training step.

With the names, arguments and numbers of tensorflow-model-optimization, which cannot be
installed beside Keras 3 alone. `ConnectionsSchedule` takes either.
"""

import numpy as np

from sbnn_keras.core.arguments import check_number, check_whole

__all__ = ["ConstantSparsity", "PolynomialDecay"]


def _check_sparsity(value, argument: str) -> float:
    return check_number(value, argument, "a share in [0, 1)", lambda share: 0.0 <= share < 1.0)


class _Schedule:
    def __init__(self, begin_step, end_step, frequency):
        self.begin_step = check_whole(begin_step, "begin_step", at_least=0)
        # -1 is without an end.
        least = -1 if end_step == -1 else self.begin_step
        self.end_step = check_whole(end_step, "end_step", at_least=least)
        self.frequency = check_whole(frequency, "frequency", at_least=1)

    def _is_due(self, step: int) -> bool:
        inside = self.begin_step <= step and (step <= self.end_step or self.end_step < 0)
        return inside and (step - self.begin_step) % self.frequency == 0

    def get_config(self) -> dict:
        """The arguments."""
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict):
        return cls(**config)


class ConstantSparsity(_Schedule):
    """The same sparsity from `begin_step` on.

    Args:
        target_sparsity: share of weights at rest, in [0, 1).
        begin_step: first training step with it.
        end_step: last one at which it is looked at; -1 for none.
        frequency: steps between two looks.

    Raises:
        ValueError: for arguments out of range.
    """

    def __init__(self, target_sparsity, begin_step, end_step=-1, frequency=100):
        super().__init__(begin_step, end_step, frequency)
        self.target_sparsity = _check_sparsity(target_sparsity, "target_sparsity")

    def __call__(self, step: int) -> tuple[bool, float]:
        """Whether sparsity changes at this step, and the sparsity."""
        return self._is_due(step), float(np.float32(self.target_sparsity))


class PolynomialDecay(_Schedule):
    """A sparsity that rises quickly at first and settles slowly (arXiv 1710.01878).

    ```python
    final + (initial - final) * (1 - (step - begin_step) / (end_step - begin_step)) ** power
    ```

    Args:
        initial_sparsity: share of weights at rest at `begin_step`, in [0, 1).
        final_sparsity: share at `end_step`, likewise.
        begin_step: training step at which it begins.
        end_step: training step at which it ends.
        power: of the decay.
        frequency: steps between two changes.

    Raises:
        ValueError: for arguments out of range.
    """

    def __init__(
        self, initial_sparsity, final_sparsity, begin_step, end_step, power=3, frequency=100
    ):
        check_whole(end_step, "end_step", at_least=0)
        super().__init__(begin_step, end_step, frequency)
        self.initial_sparsity = _check_sparsity(initial_sparsity, "initial_sparsity")
        self.final_sparsity = _check_sparsity(final_sparsity, "final_sparsity")
        self.power = check_number(power, "power", "a number above 0", lambda number: number > 0)

    def __call__(self, step: int) -> tuple[bool, float]:
        """Whether sparsity changes at this step, and the sparsity."""
        # In float32, as tensorflow-model-optimization computes.
        done = np.float32(step - self.begin_step) / np.float32(
            max(1, self.end_step - self.begin_step)
        )
        left = np.float32(1.0) - min(max(done, np.float32(0.0)), np.float32(1.0))
        fallen = np.float32(self.initial_sparsity - self.final_sparsity)
        sparsity = fallen * np.power(left, np.float32(self.power))
        return self._is_due(step), float(sparsity + np.float32(self.final_sparsity))
