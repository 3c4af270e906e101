"""Exact choice of the largest latent weights in TensorFlow, in linear time.

`choose_largest(latent, count)` marks exactly `count` entries. Latent weights pile
up at the clipping bound, so a threshold alone cannot separate the wanted
number. Among entries equal to the threshold those win that come first in an order
which is spread over the kernel (`core.spreading`): by their index, all connections of a
layer would move into the first taps of its windows.

A sort of a large kernel costs more than a training step. The threshold is found
digit by digit instead (most significant digit first): each digit needs one
histogram of the entries that agree with the digits found so far.
"""

import tensorflow as tf

from sbnn_keras.core.spreading import SPREAD

_DIGIT_BITS = 11
_BINS = 1 << _DIGIT_BITS


def _sortable_keys(x: tf.Tensor) -> tf.Tensor:
    """int32 keys in the same order as the float32 values; -0.0 and denormals equal 0.0."""
    bits = tf.bitcast(tf.where(tf.equal(x, 0.0), tf.zeros_like(x), x), tf.int32)
    # Negative floats order backwards in their magnitude bits.
    return tf.where(bits < 0, tf.bitwise.bitwise_xor(bits, tf.int32.max), bits)


def _nth_largest_key(keys: tf.Tensor, n: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The n-th largest key (n >= 1), and how many entries equal to it are wanted."""

    # The top digit is what is left of 32 bits; it holds the sign and begins below 0.
    # All others are whole, so that no bin is left over for keys that do not agree.
    top = (32 - 1) // _DIGIT_BITS * _DIGIT_BITS

    # A loop and not three copies of its body: XLA takes minutes for the copies.
    def next_digit(shift, found, n):
        # The keys that agree with the digits found so far begin at `lowest`.
        lowest = tf.where(
            tf.equal(shift, top),
            -(1 << (31 - top)),
            tf.bitwise.left_shift(found, _DIGIT_BITS),
        )
        digits = tf.bitwise.right_shift(keys, shift) - lowest
        # All others are negative or too large. Seen as unsigned they are too large,
        # and not counted.
        digits = tf.minimum(tf.bitcast(digits, tf.uint32), tf.constant(_BINS, tf.uint32))
        histogram = tf.raw_ops.DenseBincount(
            input=tf.bitcast(digits, tf.int32),
            size=_BINS,
            weights=tf.constant([], tf.int32),
        )
        at_least = tf.cumsum(histogram, reverse=True)
        digit = tf.math.count_nonzero(at_least >= n, dtype=tf.int32) - 1
        n -= at_least[digit] - histogram[digit]
        return shift - _DIGIT_BITS, lowest + digit, n

    _, key, wanted = tf.while_loop(
        lambda shift, found, n: shift >= 0,
        next_digit,
        (tf.constant(top), tf.constant(0), n),
        maximum_iterations=top // _DIGIT_BITS + 1,
    )
    return key, wanted


def _places(size: tf.Tensor) -> tf.Tensor:
    """Entries by where they stand among equal ones, the largest first; int32, all different."""
    return tf.range(size) * tf.constant(SPREAD)  # modulo 2^32


def _some(chosen: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """`count` of the true entries, from all over them; `chosen` itself if it has no more."""

    def spread():
        places = tf.where(chosen, _places(tf.size(chosen)), tf.int32.min)
        last, _ = _nth_largest_key(places, tf.maximum(count, 1))
        return chosen & (places >= last)

    enough = tf.equal(tf.math.count_nonzero(chosen, dtype=tf.int32), count)
    return tf.cond(enough, lambda: chosen, spread)


def choose_largest(latent: tf.Tensor, count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Marks exactly `count` largest entries of `latent`.

    Works in graphs and under XLA; the time is linear in the number of entries.

    Args:
        latent: float tensor of any shape, without NaN.
        count: how many entries to mark, an integer in [0, size].

    Returns:
        A bool tensor of the same shape with `count` times True, and the smallest
        value that was marked (float32 scalar; +inf for `count` 0).
    """
    flat = tf.reshape(tf.cast(latent, tf.float32), [-1])
    chosen, threshold = _choose_in_row(flat, tf.cast(count, tf.int32))
    return tf.reshape(chosen, tf.shape(latent)), threshold


# Traced once for kernels of all shapes: as a part of every layer's graph it takes a quarter
# of the time in which a training starts.
@tf.function(
    autograph=False,
    input_signature=[tf.TensorSpec([None], tf.float32), tf.TensorSpec([], tf.int32)],
)
def _choose_in_row(latent: tf.Tensor, count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    keys = _sortable_keys(latent)
    key, wanted = _nth_largest_key(keys, tf.maximum(count, 1))
    chosen = ((keys > key) | _some(tf.equal(keys, key), wanted)) & (count > 0)
    bits = tf.where(key < 0, tf.bitwise.bitwise_xor(key, tf.int32.max), key)
    return chosen, tf.where(count > 0, tf.bitcast(bits, tf.float32), float("inf"))


def sort_out_largest(latent: tf.Tensor, count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """`choose_largest` by a sort: the same answer, slower, from a much smaller graph.

    For graphs that seldom or never come to choose.
    """
    flat = tf.reshape(tf.cast(latent, tf.float32), [-1]) + 0.0  # -0.0 equals 0.0
    size = flat.shape.num_elements()
    # Among equal values, those that stand first come first.
    _, places = tf.math.top_k(_places(size), size)
    values, order = tf.math.top_k(tf.gather(flat, places), size)
    order = tf.gather(places, order)
    ranks = tf.scatter_nd(order[:, tf.newaxis], tf.range(size), [size])
    chosen = tf.cast(ranks, count.dtype) < count
    last = tf.concat([[float("inf")], values], axis=0)
    return tf.reshape(chosen, latent.shape), tf.gather(last, count)
