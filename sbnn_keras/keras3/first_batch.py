"""Warns when a layer's first training batch shows what is almost always a mistake.

Inputs of one sign are all the same behind a sign quantizer, and nothing is left to learn from.
Sums of raw pixels are hundreds of times those that a layer's scale, bias and rate are made for.

A step is compiled on most backends, so that each says it in its own way: TensorFlow by an
operation that prints, JAX by a call back into Python, PyTorch at once. XLA cannot print, so
on TensorFlow nothing is checked under `jit_compile=True`.
"""

import sys

import keras
from keras import ops

# Standardized data stay far below, pixels of 0..255 reach far above.
_LARGE = 64.0


def warn_if_one_sign(inputs, seen, layer_name: str) -> None:
    """Prints a warning to stderr if all of `inputs` have one sign while `seen` is False.

    Args:
        inputs: what the sign quantizer is about to see.
        seen: bool scalar; False in the first training batch.
        layer_name: named in the warning.
    """

    def found(x):
        both = ops.logical_and(ops.any(x < 0), ops.any(x >= 0))
        return ops.logical_not(both), ops.max(x)

    _warn(
        inputs,
        seen,
        found,
        f"all inputs of layer '{layer_name}' have one sign in the first batch (the largest is",
        "), so its sign quantizer gives a constant. For raw or non-negative inputs pass "
        "input_quantizer=None (or 'ste_heaviside'), or centre them before this layer.",
    )


def warn_if_large(inputs, seen, layer_name: str) -> None:
    """Prints a warning to stderr if |inputs| reach 64 while `seen` is False.

    Args:
        inputs: what goes into the layer.
        seen: bool scalar; False in the first training batch.
        layer_name: named in the warning.
    """

    def found(x):
        largest = ops.max(ops.abs(x))
        return largest >= _LARGE, largest

    _warn(
        inputs,
        seen,
        found,
        f"inputs of layer '{layer_name}' reach",
        " in the first batch; numbers around 0 are wanted. Put keras.layers.Rescaling(1 / 255) "
        "in front of raw pixels.",
    )


def _warn(inputs, seen, found, before: str, behind: str) -> None:
    """Says `before`, a number and `behind` if `found(inputs)` does, and not `seen`."""
    fixed = ops.stop_gradient(inputs)
    before = f"WARNING: sbnn_keras: {before}"
    _BY_BACKEND[keras.backend.backend()](fixed, seen, found, before, behind)


def _in_tensorflow(inputs, seen, found, before: str, behind: str) -> None:
    import tensorflow as tf
    from tensorflow.python.ops import control_flow_util

    if control_flow_util.GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph()):
        return

    def look():
        bad, number = found(inputs)

        def say():
            text = tf.strings.join([before, " ", tf.strings.as_string(number, shortest=True)])
            tf.print(tf.strings.join([text, behind]), output_stream=sys.stderr)
            return tf.no_op()

        return tf.cond(bad, say, tf.no_op)

    tf.cond(seen, tf.no_op, look)


def _in_jax(inputs, seen, found, before: str, behind: str) -> None:
    import jax

    def look():
        bad, number = found(inputs)
        say = lambda: jax.debug.callback(lambda n: _say(before, n, behind), number)  # noqa: E731
        jax.lax.cond(bad, say, lambda: None)

    jax.lax.cond(seen, lambda: None, look)


def _in_torch(inputs, seen, found, before: str, behind: str) -> None:
    if inputs.device.type == "meta" or bool(seen):  # only shapes are asked for
        return
    bad, number = found(inputs)
    if bool(bad):
        _say(before, number, behind)


def _say(before: str, number, behind: str) -> None:
    print(f"{before} {float(number):g}{behind}", file=sys.stderr)


_BY_BACKEND = {"tensorflow": _in_tensorflow, "jax": _in_jax, "torch": _in_torch}
