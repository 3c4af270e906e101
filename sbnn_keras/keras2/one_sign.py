"""Warns when a sign quantizer sees only one sign in its first training batch.

It is almost always a mistake (raw pixels, or features after a ReLU): every input
becomes the same ±1 and nothing is left to learn from.
"""

import sys

import tensorflow as tf
from tensorflow.python.ops import control_flow_util


def warn_if_one_sign(inputs: tf.Tensor, checked: tf.Variable, layer_name: str) -> None:
    """Prints a warning to stderr, once, if all of `inputs` have one sign.

    Runs inside graphs. Later batches cost one conditional on a scalar. XLA cannot
    print, so under `jit_compile=True` nothing is checked.

    Args:
        inputs: what the sign quantizer is about to see.
        checked: bool variable; False until the first batch has been seen.
        layer_name: named in the warning.
    """
    if control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph()):
        return

    def check():
        negative = tf.reduce_any(inputs < 0)
        positive = tf.reduce_any(inputs >= 0)
        tf.cond(
            negative & positive,
            lambda: tf.no_op(),
            lambda: tf.print(
                f"WARNING: sbnn_keras: all inputs of layer '{layer_name}' have one "
                "sign in the first batch, so its sign quantizer gives a constant. "
                "For raw or non-negative inputs pass input_quantizer=None (or "
                "'ste_heaviside'), or centre them before this layer.",
                output_stream=sys.stderr,
            ),
        )
        checked.assign(True)
        return tf.no_op()

    tf.cond(checked, lambda: tf.no_op(), check)
