"""Exact choice of the largest latent weights, in time linear in their number.

Among equal entries those win that stand first (`core.spreading`), as in
`sbnn_keras.selection`, which chooses in TensorFlow.
"""

import keras
from keras import ops

from sbnn_keras.core.spreading import SPREAD

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
    choose = _in_torch if backend == "torch" else _in_jax
    chosen, threshold = choose(flat, count)
    chosen = ops.logical_and(chosen, count > 0)
    return ops.reshape(chosen, latent.shape), ops.where(count > 0, threshold, float("inf"))


def choose_when(due, latent, count, kept):
    """`choose_largest` where `due` says so, else what is `kept`.

    Args:
        due: bool scalar.
        latent, count: as of `choose_largest`.
        kept: marks and smallest value of an earlier choice.
    """

    def choose():
        return choose_largest(latent, count)

    def whether_due():
        return ops.cond(due, choose, lambda: kept)

    def anyway():
        return tuple(ops.where(due, new, old) for new, old in zip(choose(), kept))

    if keras.backend.backend() != "jax":
        return whether_due()
    import jax

    # On accelerators a condition waits for the host, which takes longer than a choice.
    return jax.lax.platform_dependent(cpu=whether_due, default=anyway)


def _in_torch(flat, count):
    import torch

    if flat.device.type == "meta":  # only shapes are asked for
        return flat > 0, flat[0]
    threshold = _quickselect(flat, int(count))
    above, ties = flat > threshold, flat == threshold
    wanted = int(count) - int(above.sum())
    if wanted < int(ties.sum()):
        i = torch.arange(flat.numel(), dtype=torch.int64, device=flat.device)
        places = torch.where(ties, (i * SPREAD + 2**31) % 2**32, -1)
        ties = ties & (places >= _quickselect(places, wanted))
    return above | ties, threshold


def _quickselect(flat, count: int):
    """In PyTorch, where passes without a compiler would take 50 times as long."""
    n = min(max(count, 1), flat.numel())
    return flat.kthvalue(flat.numel() - n + 1).values


def _in_jax(flat, count):
    import jax

    flat = ops.where(ops.equal(flat, 0.0), 0.0, flat)  # -0.0 equals 0.0
    bits = jax.lax.bitcast_convert_type(flat, "int32")
    keys = ops.where(bits < 0, ops.bitwise_xor(bits, _MAX), bits)
    key = _number_of_the_largest(keys, count)
    above, ties = keys > key, keys == key
    wanted = ops.cast(count, "int32") - ops.sum(ops.cast(above, "int32"))

    def some():
        places = ops.arange(flat.shape[0], dtype="int32") * SPREAD  # modulo 2^32
        places = ops.where(ties, places, -_MAX - 1)
        return ops.logical_and(ties, places >= _number_of_the_largest(places, wanted))

    def all_or_some():
        enough = ops.equal(ops.sum(ops.cast(ties, "int32")), wanted)
        return ops.cond(enough, lambda: ties, some)

    # On accelerators a condition waits for the host, and a sort does not.
    ties = jax.lax.platform_dependent(cpu=all_or_some, default=some)
    threshold = ops.where(key < 0, key ^ _MAX, key)
    return ops.logical_or(above, ties), jax.lax.bitcast_convert_type(threshold, "float32")


def _number_of_the_largest(keys, count):
    """The key that is number `count` from the largest; the largest for 0."""
    import jax

    n = ops.maximum(ops.cast(count, "int32"), 1)
    return jax.lax.platform_dependent(keys, n, cpu=_bit_by_bit, default=_by_sorting)


def _by_sorting(keys, n):
    """On accelerators, where a sort is one radix sort and each pass a start of its own."""
    import jax

    return jax.lax.sort(keys)[keys.shape[0] - n]


def _bit_by_bit(keys, n):
    """32 passes, for XLA's sort on a CPU takes many times as long."""
    import jax

    def next_bit(i, found):
        # 2**31 wraps around to the lowest key: the first step is from it to 0.
        higher = found + (ops.cast(1, "int32") << (31 - i))
        enough = ops.sum(ops.cast(keys >= higher, "int32")) >= n
        return ops.where(enough, higher, found)

    return jax.lax.fori_loop(0, 32, next_bit, ops.cast(-_MAX - 1, "int32"))
