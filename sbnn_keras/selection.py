"""Exact choice of the largest latent weights, in linear time.

`choose_largest(latent, count)` marks exactly `count` entries. Latent weights pile
up at the clipping bound, so a threshold alone cannot separate the wanted
number: among entries equal to the threshold, those with the lowest index win.

A sort of a large kernel costs more than a training step. The threshold is found
digit by digit instead (most significant digit first): each digit needs one
histogram of the entries that agree with the digits found so far.
"""

import tensorflow as tf

# Bits of each digit of a 32-bit key. Small histograms stay in the cache.
_DIGITS = (12, 10, 10)


def _sortable_keys(x: tf.Tensor) -> tf.Tensor:
    """int32 keys in the same order as the float32 values; -0.0 equals 0.0."""
    bits = tf.bitcast(tf.cast(x, tf.float32) + 0.0, tf.int32)
    # Negative floats order backwards in their magnitude bits.
    return tf.where(bits < 0, tf.bitwise.bitwise_xor(bits, tf.int32.max), bits)


def _nth_largest_key(keys: tf.Tensor, n: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The n-th largest key (n >= 1), and how many entries equal to it are wanted."""
    shift = 32
    found = tf.constant(0, tf.int32)
    for width in _DIGITS:
        bins = 1 << width
        shift -= width
        digits = tf.bitwise.right_shift(keys, shift)
        if shift == 32 - width:
            digits += bins // 2  # the digit that holds the sign bit
        else:
            agrees = tf.equal(tf.bitwise.right_shift(keys, shift + width), found)
            digits = tf.where(agrees, digits & (bins - 1), bins)
        # Entries outside [0, bins) are not counted.
        histogram = tf.raw_ops.DenseBincount(
            input=digits, size=bins, weights=tf.constant([], tf.int32)
        )
        at_least = tf.cumsum(histogram, reverse=True)
        digit = tf.math.count_nonzero(at_least >= n, dtype=tf.int32) - 1
        n -= at_least[digit] - histogram[digit]
        found = (
            digit - bins // 2
            if shift == 32 - width
            else tf.bitwise.bitwise_or(tf.bitwise.left_shift(found, width), digit)
        )
    return found, n


def choose_largest(latent: tf.Tensor, count: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Marks exactly `count` largest entries of `latent`.

    Works in graphs and under XLA; the time is linear in the number of entries.

    Args:
        latent: float tensor of any shape, without NaN.
        count: how many entries to mark, an integer in [0, size].

    Returns:
        An int8 tensor of the same shape with `count` ones, and the smallest
        value that was marked (float32 scalar; +inf for `count` 0).
    """
    shape = tf.shape(latent)
    keys = tf.reshape(_sortable_keys(latent), [-1])
    count = tf.cast(count, tf.int32)
    key, wanted = _nth_largest_key(keys, tf.maximum(count, 1))
    ties = tf.equal(keys, key)
    first_ties = ties & (tf.cumsum(tf.cast(ties, tf.int32)) <= wanted)
    chosen = ((keys > key) | first_ties) & (count > 0)
    bits = tf.where(key < 0, tf.bitwise.bitwise_xor(key, tf.int32.max), key)
    threshold = tf.where(count > 0, tf.bitcast(bits, tf.float32), float("inf"))
    return tf.reshape(tf.cast(chosen, tf.int8), shape), threshold
