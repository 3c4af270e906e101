"""The learnt ratio of the general domain; `core.domains` says what domains are."""

import tensorflow as tf

from sbnn_keras.core.domains import RATIO_STEPS


@tf.custom_gradient
def round_ratio(ratio: tf.Tensor):
    """Rounds to the nearest multiple of 1/64; the gradient passes straight through."""
    return tf.round(ratio * RATIO_STEPS) / RATIO_STEPS, lambda upstream: upstream
