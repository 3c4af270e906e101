"""Pseudo-gradients of the step from latent weights to connections.

The step has a zero gradient almost everywhere. Training replaces it by the
slope of a smoother function of `x`, the distance of a latent weight from its
threshold. Each function here is such a slope, written as a formula over
tensors; `binarize` puts one of them behind the step.
"""

from collections.abc import Callable

import tensorflow as tf


def clipped_ste(x: tf.Tensor, clip_value: float = 1.0) -> tf.Tensor:
    """1 where |x| <= clip_value, else 0.

    The straight-through estimator of Courbariaux et al. (arXiv 1602.02830), as
    used for the published 0/1 networks (arXiv 2207.04974).
    """
    return tf.cast(tf.abs(x) <= clip_value, x.dtype)


def binarize(
    latent: tf.Tensor, ones: tf.Tensor, slope: Callable[[tf.Tensor], tf.Tensor]
) -> tf.Tensor:
    """Returns `ones`, with `slope(latent)` as its gradient in `latent`.

    Args:
        latent: latent weights, any float type.
        ones: the connections, 0 or 1, of the same shape and type.
        slope: pseudo-gradient as a function of the latent weights.
    """

    @tf.custom_gradient
    def step(x):
        return tf.identity(ones), lambda upstream: upstream * slope(x)

    return step(latent)
