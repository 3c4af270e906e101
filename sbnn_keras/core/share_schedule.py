"""Reads a pruning schedule as shares of ones."""

from sbnn_keras.core.connections import check_share

# A pruning schedule without an end is asked here for its last sparsity.
_FAR_STEP = 2**31 - 1
# Steps between two looks at a constant share, as in `ConstantSparsity`.
_FREQUENCY = 100


class ShareSchedule:
    """Share of connections (1 - sparsity) as a function of the training step.

    It changes at events: `begin_step`, every `frequency` steps from there, and
    `end_step`.

    Args:
        schedule: a pruning schedule in the form of tensorflow-model-optimization, a
            function from the step to (whether to prune, sparsity) with the attributes
            above; or a share to hold.
    """

    def __init__(self, schedule):
        self._schedule = schedule if callable(schedule) else None
        self._constant = None if callable(schedule) else check_share(schedule)
        self._begin = getattr(schedule, "begin_step", 0)
        self._end = getattr(schedule, "end_step", -1)
        every = 1 if callable(schedule) else _FREQUENCY
        self._frequency = getattr(schedule, "frequency", every)

    def event(self, step: int) -> int | None:
        """The step of the last event up to `step`; None before the first one."""
        if step < self._begin:
            return None
        if 0 <= self._end <= step:
            return self._end
        return step - (step - self._begin) % self._frequency

    def share(self, event: int | None) -> float:
        """Share of connections from an event on, in (0, 1]."""
        if self._constant is not None:
            return self._constant
        if event is None:
            # Untrained kernels without control have about half ones.
            return 1.0 - getattr(self._schedule, "initial_sparsity", 0.5)
        return 1.0 - float(self._schedule(event)[1])

    def end(self) -> float:
        """Share of connections when the schedule is over."""
        return self.share(self._end if self._end >= 0 else _FAR_STEP)
