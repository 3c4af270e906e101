"""Exact choice of the largest latent weights, in time linear in their number.

Among equal entries those with the lowest index win, as in `sbnn_keras.selection`, which
chooses in TensorFlow.
"""

import keras
from keras import ops

_MAX = 2**31 - 1


def choose_largest(latent, count):
    """Marks exactly `count` largest entries of `latent`.

    Args:
        latent: float tensor of any shape, without NaN.
        count: how many entries to mark, an integer in [0, size].

    Returns:
        A bool tensor of the same shape with `count` times True, and the smallest value
        that was marked (float32 scalar; +inf for `count` 0).
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from sbnn_keras import selection

        return selection.choose_largest(latent, count)
    flat = ops.reshape(ops.cast(latent, "float32"), (-1,))
    if backend == "torch":
        return _of_threshold(latent, flat, count, _quickselect(flat, count))
    return _of_threshold(latent, flat, count, _bit_by_bit(flat, count))


def _of_threshold(latent, flat, count, threshold):
    above, ties = flat > threshold, ops.equal(flat, threshold)
    wanted = ops.cast(count, "int32") - ops.sum(ops.cast(above, "int32"))
    first = ops.cumsum(ops.cast(ties, "int32")) <= wanted
    chosen = ops.logical_and(ops.logical_or(above, ops.logical_and(ties, first)), count > 0)
    return ops.reshape(chosen, latent.shape), ops.where(count > 0, threshold, float("inf"))


def _quickselect(flat, count):
    """In PyTorch, where passes without a compiler would take 50 times as long."""
    if flat.device.type == "meta":  # only shapes are asked for
        return flat[0]
    n = min(max(int(count), 1), flat.numel())
    return flat.kthvalue(flat.numel() - n + 1).values


def _bit_by_bit(flat, count):
    """In JAX: 32 passes, for a sort compiled by XLA takes many times as long."""
    import jax

    flat = ops.where(ops.equal(flat, 0.0), 0.0, flat)  # -0.0 equals 0.0
    bits = jax.lax.bitcast_convert_type(flat, "int32")
    keys = ops.where(bits < 0, ops.bitwise_xor(bits, _MAX), bits)
    n = ops.maximum(ops.cast(count, "int32"), 1)

    def next_bit(i, found):
        # 2**31 wraps around to the lowest key: the first step is from it to 0.
        higher = found + (ops.cast(1, "int32") << (31 - i))
        enough = ops.sum(ops.cast(keys >= higher, "int32")) >= n
        return ops.where(enough, higher, found)

    key = jax.lax.fori_loop(0, 32, next_bit, ops.cast(-_MAX - 1, "int32"))
    return jax.lax.bitcast_convert_type(ops.where(key < 0, key ^ _MAX, key), "float32")
