"""Pseudo-gradients of the step from latent weights to connections.

The same formulas as in `sbnn_keras.keras2.pseudo_gradients`, which names their sources.
`x` is the distance of a latent weight from its threshold.
"""

from keras import ops


def clipped_ste(x, clip_value: float = 1.0):
    """1 where |x| <= clip_value, else 0."""
    return ops.cast(ops.abs(x) <= clip_value, x.dtype)


def approx_sign(x):
    """2 - 2|x| where |x| <= 1, else 0."""
    return ops.maximum(2.0 - 2.0 * ops.abs(x), 0.0)


def swish_sign(x, beta: float = 5.0):
    """beta (2 - beta x tanh(beta x / 2)) / (1 + cosh(beta x))."""
    # Beyond |beta x| = 40 the slope is 0 in float32, and cosh overflows at 89.
    bx = ops.clip(beta * x, -40.0, 40.0)
    return beta * (2.0 - bx * ops.tanh(bx * 0.5)) / (1.0 + ops.cosh(bx))


def error_decay(x, sharpness):
    """k t (1 - tanh(t x)^2) with k = max(1 / t, 1) and t the sharpness."""
    t = ops.cast(sharpness, x.dtype)
    return ops.maximum(1.0 / t, 1.0) * t * (1.0 - ops.square(ops.tanh(t * x)))


def sharpness_at(progress: float) -> float:
    """t of `error_decay` at a share of training in [0, 1]: 0.1 to 10, log-linearly."""
    return 10.0 ** (2.0 * min(1.0, max(0.0, progress)) - 1.0)
