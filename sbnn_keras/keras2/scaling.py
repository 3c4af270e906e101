"""Scales the outputs of a layer by a learnt factor (`core.scale` has the fixed part)."""

import tensorflow as tf


def scale_outputs(sums: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """`sums` times `scale`; the gradient of the scale is found at the kernel."""
    return sums * tf.stop_gradient(scale)


@tf.custom_gradient
def with_scale_gradient(kernel: tf.Tensor, scale: tf.Tensor):
    """`kernel` itself, with the gradient of the scale that multiplies its outputs.

    Outputs are scale * sums, and the sums are linear in the kernel. So it makes no
    difference whether the scale or the kernel grows by a factor:

        scale * dL / dscale = sum over the kernel of kernel * dL / dkernel.

    That is a sum over the weights, where one over the outputs would be two more
    sweeps over all positions of a batch.

    Args:
        kernel: the quantized kernel that goes into the sums.
        scale: positive scalar, given to `scale_outputs` after the sums.
    """

    def gradient(upstream):
        product = tf.cast(kernel, scale.dtype) * tf.cast(upstream, scale.dtype)
        return upstream, tf.reduce_sum(product) / scale

    return tf.identity(kernel), gradient
