"""Finds latent weights that are NaN or infinite.

A NaN is not above any threshold: it would pass for "no connection", learn nothing,
and leave a loss that looks healthy. So it is looked for wherever latent weights
turn into connections.
"""

import numpy as np
import tensorflow as tf
from tensorflow.python.ops import control_flow_util


def check_finite(latent, owner: str) -> None:
    """Raises a ValueError if any entry of `latent` is NaN or infinite.

    Args:
        latent: array, or eager tensor, of latent weights.
        owner: name of the layer, for the message.
    """
    bad = np.count_nonzero(~np.isfinite(np.asarray(latent, np.float32)))
    if bad:
        raise ValueError(_message(owner, f"{bad} of {np.size(latent)}"))


def assert_finite(latent: tf.Tensor, owner: str) -> None:
    """`check_finite` for a training step: also works inside a graph.

    It costs one sum over the weights a step. A graph cannot raise Python's errors,
    so there it is a `tf.errors.InvalidArgumentError` with the same text. Under
    `jit_compile=True` nothing is checked: XLA leaves assertions out.
    """
    if tf.executing_eagerly():
        check_finite(latent, owner)
        return
    if control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph()):
        return

    def look_closer():
        # The sum of huge weights may overflow, although each of them is finite.
        finite = tf.reduce_all(tf.math.is_finite(latent))
        tf.debugging.Assert(finite, [_message(owner, "such weights")])
        return tf.no_op()

    tf.cond(tf.math.is_finite(tf.reduce_sum(latent)), lambda: tf.no_op(), look_closer)


def _message(owner: str, found: str) -> str:
    return (
        f"The latent weights of {owner!r} hold NaN or infinity: found {found}, wanted "
        "finite numbers. Lower the learning rate, or look for the first loss that is "
        "NaN (tf.keras.callbacks.TerminateOnNaN)."
    )
