"""Pseudo-gradients of the step from latent weights to connections.

The step has a zero gradient almost everywhere. Training replaces it by the
slope of a smoother function of `x`, the distance of a latent weight from its
threshold. Each function here is such a slope, written as a formula over
tensors; `step` puts one of them behind the step.
"""

import tensorflow as tf


def clipped_ste(x: tf.Tensor, clip_value: float = 1.0) -> tf.Tensor:
    """1 where |x| <= clip_value, else 0.

    The straight-through estimator of Courbariaux et al. (arXiv 1602.02830), as
    used for the published 0/1 networks (arXiv 2207.04974).
    """
    return tf.cast(tf.abs(x) <= clip_value, x.dtype)


def approx_sign(x: tf.Tensor) -> tf.Tensor:
    """2 - 2|x| where |x| <= 1, else 0 (Bi-Real Net, arXiv 1808.00278, section 3.2)."""
    return tf.maximum(2.0 - 2.0 * tf.abs(x), tf.zeros_like(x))


def swish_sign(x: tf.Tensor, beta: float = 5.0) -> tf.Tensor:
    """beta (2 - beta x tanh(beta x / 2)) / (1 + cosh(beta x)) (BNN+, arXiv 1812.11800)."""
    # Beyond |beta x| = 40 the slope is 0 in float32, and cosh overflows at 89.
    bx = tf.clip_by_value(beta * x, -40.0, 40.0)
    return beta * (2.0 - bx * tf.tanh(bx * 0.5)) / (1.0 + tf.cosh(bx))


def error_decay(x: tf.Tensor, sharpness: tf.Tensor) -> tf.Tensor:
    """k t (1 - tanh(t x)^2) with k = max(1 / t, 1) (IR-Net, arXiv 1909.10788, eq. 11).

    Args:
        x: distance of the latent weights from their threshold.
        sharpness: t, from 0.1 (nearly straight through) to 10 (nearly a step).
    """
    t = tf.cast(sharpness, x.dtype)
    k = tf.maximum(1.0 / t, tf.ones_like(t))
    return k * t * (1.0 - tf.square(tf.tanh(t * x)))


def sharpness_at(progress: float) -> float:
    """t of `error_decay` at a share of training in [0, 1]: 0.1 to 10, log-linearly."""
    return 10.0 ** (2.0 * min(1.0, max(0.0, progress)) - 1.0)


def step(latent: tf.Tensor, values: tf.Tensor, slope: tf.Tensor) -> tf.Tensor:
    """Returns `values`, with `slope` as their gradient in `latent`.

    Args:
        latent: latent weights, any float type.
        values: what the latent weights are quantized to, of the same shape and type.
        slope: pseudo-gradient at each latent weight, of the same shape and type.
    """

    @tf.custom_gradient
    def quantize(x):
        return tf.identity(values), lambda upstream: upstream * slope

    return quantize(latent)
