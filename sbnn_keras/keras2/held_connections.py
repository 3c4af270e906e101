"""The connections of one kernel, held at an exact share: which, how many, since when.

All of it lives in variables, from the moment the layer is built and whether or not a
share is held. So weights restored into any model built alike bring their connections
with them, and functions traced before see them at once.
"""

import numpy as np
import tensorflow as tf

from sbnn_keras.core.connections import check_share, count_of_ones
from sbnn_keras.core.domains import Domain
from sbnn_keras.selection import choose_largest, sort_out_largest


class HeldConnections:
    """Which entries of a kernel are connections, while their number is held.

    With `count` 0 nothing is held, and b = 1 where the score of a latent weight (W
    itself in the domain "01") is above the domain's threshold. Otherwise exactly
    `count` entries are connections, those of the largest score at the last choice.
    Before the first training step they are the largest ones now: latent weights may
    have come from anywhere, for example from a checkpoint of Larq's layers.

    Args:
        domain: says what the score of a latent weight is.
        add_variable: makes a variable from name, shape, dtype and (else 0) a number.
        kernel: the latent weights.
        refresh_every: training steps between two choices.
        share: share of entries to hold at first, or None.
    """

    def __init__(
        self,
        domain: Domain,
        add_variable,
        kernel,
        refresh_every: int,
        share: float | None,
    ):
        self._domain = domain
        self._free_threshold = domain.free_threshold(kernel.shape)
        name = kernel.name.split("/")[-1].split(":")[0]
        self.size = int(np.prod(kernel.shape))
        self.refresh_every = refresh_every
        # bool and not int8, which several workers could not broadcast.
        self.mask = add_variable(f"{name}_connections", kernel.shape, tf.bool)
        self.threshold = add_variable(f"{name}_threshold", (), tf.float32, self._free_threshold)
        self.count = add_variable(f"{name}_count", (), tf.int64, self._ones(share))
        self.steps = add_variable(f"{name}_steps", (), tf.int64)

    def _ones(self, share: float | None) -> int:
        return 0 if share is None else count_of_ones(check_share(share), self.size)

    @property
    def share(self) -> float | None:
        """Share of connections that is held now, or None."""
        with tf.init_scope():  # also while a function is traced
            count = int(self.count.numpy())
        return count / self.size if count else None

    def hold(self, latent: tf.Tensor, share: float) -> None:
        """Holds this share of the entries from now on."""
        count = self._ones(share)
        if count != int(self.count.numpy()):
            self.count.assign(count)
            self.choose(latent)

    def release(self) -> None:
        """Holds nothing from now on."""
        self.count.assign(0)
        self.threshold.assign(self._free_threshold)

    def variables(self) -> list[tf.Variable]:
        """All of the state, in the order of files."""
        return [self.mask, self.threshold, self.count, self.steps]

    def choose(self, latent: tf.Tensor) -> None:
        """Chooses the connections anew from the latent weights."""
        mask, threshold = choose_largest(self._domain.score(latent), self.count)
        self.mask.assign(mask)
        self.threshold.assign(threshold)

    def step(self, latent: tf.Tensor, share: float | None) -> None:
        """Counts a training step, and chooses the connections anew when it is due.

        Args:
            latent: the latent weights before the step.
            share: share to hold from now on where nothing is held yet, or None.
        """
        wanted = self._ones(share)
        held = tf.constant(True) if wanted else self.count > 0
        due = held & tf.equal(self.steps % self.refresh_every, 0)

        def choose():
            if wanted:
                self.count.assign(tf.where(self.count > 0, self.count, wanted))
            self.choose(latent)
            return tf.no_op()

        tf.cond(due, choose, lambda: tf.no_op())
        self.steps.assign_add(tf.cast(held, tf.int64))

    def current(self, latent: tf.Tensor, chosen: bool = False):
        """The connections, bool in the shape of `latent`, and their threshold.

        Args:
            latent: the latent weights.
            chosen: True behind `step`, where a choice has been made for certain.
        """

        def free():
            return self._domain.score(latent) > self._free_threshold

        if chosen:
            mask = tf.where(self.count > 0, self.mask, free())
            return mask, tf.convert_to_tensor(self.threshold)
        is_held = tf.cast(self.count > 0, tf.int32)
        return tf.switch_case(
            is_held + is_held * tf.cast(self.steps > 0, tf.int32),
            [
                lambda: (free(), tf.constant(self._free_threshold)),
                lambda: sort_out_largest(self._domain.score(latent), self.count),
                lambda: (tf.identity(self.mask), tf.identity(self.threshold)),
            ],
        )
