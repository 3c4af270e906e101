"""Warns when the first training batch of a float input looks like raw pixels.

Sums of 0..255 are hundreds of times those that the layer's scale, bias and rate are
made for. And a network trained on [0, 1] that is then fed pixels answers nonsense.
"""

import sys

import tensorflow as tf
from tensorflow.python.ops import control_flow_util

# Standardized data stay far below, pixels of 0..255 reach far above.
_LARGE = 64.0


def warn_if_large(inputs: tf.Tensor, seen: tf.Variable, layer_name: str) -> None:
    """Prints a warning to stderr if |inputs| reach 64 while `seen` is False.

    Runs inside graphs; XLA cannot print, so under `jit_compile=True` nothing is checked.

    Args:
        inputs: what goes into the layer.
        seen: bool variable; False until the first batch has been seen.
        layer_name: named in the warning.
    """
    if control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph()):
        return

    def warn():
        tf.print(
            f"WARNING: sbnn_keras: inputs of layer '{layer_name}' reach",
            tf.reduce_max(tf.abs(inputs)),
            "in the first batch; numbers around 0 are wanted. Put "
            "tf.keras.layers.Rescaling(1 / 255) in front of raw pixels.",
            output_stream=sys.stderr,
        )
        return tf.no_op()

    def check():
        large = tf.reduce_max(tf.abs(inputs)) >= tf.cast(_LARGE, inputs.dtype)
        return tf.cond(large, warn, lambda: tf.no_op())

    tf.cond(seen, lambda: tf.no_op(), check)
