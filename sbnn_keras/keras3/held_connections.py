"""The connections of one kernel, held at an exact share: which, how many, since when."""

from keras import ops

from sbnn_keras.core.connections import check_share, count_of_ones
from sbnn_keras.core.domains import Domain
from sbnn_keras.keras3.selection import choose_largest, choose_when


class HeldConnections:
    """Which entries of a kernel are connections, while their number is held.

    As `sbnn_keras.keras2.held_connections`: with `count` 0 nothing is held. Before the first
    training step connections are the largest latent weights now, which may come from
    anywhere; after it those of the last choice.

    Args:
        domain: says what the score of a latent weight is.
        add_variable: makes a variable from name, shape, dtype and (else 0) a number.
        kernel: the variable of the latent weights.
        refresh_every: training steps between two choices.
        share: share of entries to hold at first, or None.
    """

    def __init__(
        self, domain: Domain, add_variable, kernel, refresh_every: int, share: float | None
    ):
        self._domain = domain
        self.free_threshold = domain.free_threshold(kernel.shape)
        self.size = 1
        for size in kernel.shape:
            self.size *= int(size)
        self.refresh_every = refresh_every
        name = kernel.name
        self.mask = add_variable(f"{name}_connections", kernel.shape, "bool")
        self.threshold = add_variable(f"{name}_threshold", (), "float32", self.free_threshold)
        self.count = add_variable(f"{name}_count", (), "int32", self._ones(share))
        self.steps = add_variable(f"{name}_steps", (), "int32")

    def _ones(self, share: float | None) -> int:
        return 0 if share is None else count_of_ones(check_share(share), self.size)

    @property
    def share(self) -> float | None:
        """Share of connections that is held now, or None."""
        count = int(ops.convert_to_numpy(self.count.value))
        return count / self.size if count else None

    def hold(self, latent, share: float) -> None:
        """Holds this share of the entries from now on; not inside a compiled step."""
        count = self._ones(share)
        if count != int(ops.convert_to_numpy(self.count.value)):
            self.count.assign(count)
            self.choose(latent)

    def choose(self, latent) -> None:
        """Chooses the connections anew from the latent weights; not inside a compiled step."""
        mask, threshold = choose_largest(self._domain.score(latent), self.count.value)
        self.mask.assign(mask)
        self.threshold.assign(threshold)

    def step(self, latent, share: float | None):
        """Counts a training step, and chooses the connections anew when it is due.

        Assigns at the top level of the step alone: nothing else leaves a step of JAX.

        Args:
            latent: the latent weights before the step.
            share: share to hold from now on where nothing is held yet, or None.

        Returns:
            The connections of this step, bool in the shape of `latent`, and their threshold.
        """
        count, steps = (ops.convert_to_tensor(v.value) for v in (self.count, self.steps))
        wanted = self._ones(share)
        if wanted:
            count = ops.where(count > 0, count, wanted)
        held = count > 0
        due = ops.logical_and(held, ops.equal(steps % self.refresh_every, 0))
        kept = ops.convert_to_tensor(self.mask.value), ops.convert_to_tensor(self.threshold.value)
        score = self._domain.score(latent)
        mask, threshold = choose_when(due, score, count, kept)
        self.mask.assign(mask)
        self.threshold.assign(threshold)
        self.count.assign(count)
        self.steps.assign(steps + ops.cast(held, "int32"))
        free = score > self.free_threshold
        return ops.where(held, mask, free), threshold

    def current(self, latent):
        """The connections now, bool in the shape of `latent`, and their threshold."""
        count, steps = (ops.convert_to_tensor(v.value) for v in (self.count, self.steps))
        score = self._domain.score(latent)
        kept = ops.convert_to_tensor(self.mask.value), ops.convert_to_tensor(self.threshold.value)
        unchosen = ops.logical_and(count > 0, ops.equal(steps, 0))
        mask, threshold = choose_when(unchosen, score, count, kept)
        held = count > 0
        free = score > self.free_threshold
        return ops.where(held, mask, free), ops.where(held, threshold, self.free_threshold)

    def variables(self) -> list:
        """All of the state, in the order of files."""
        return [self.mask, self.threshold, self.count, self.steps]
