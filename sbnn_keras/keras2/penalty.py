"""The expected-connections penalty as plain tensor arithmetic (arXiv 2207.04974)."""

import tensorflow as tf

# Below this excess the constraint counts as met, and the penalty is switched off.
MET = 1e-5


def excess(connections: list[tf.Tensor], target: float) -> tf.Tensor:
    """h = ReLU(mean(b) - EC) over all kernels together, a float32 scalar.

    Args:
        connections: tensors b of 0 and 1, whose gradients pass to latent weights.
        target: EC, the expected share of connections.
    """
    ones = tf.add_n([tf.reduce_sum(tf.cast(b, tf.float32)) for b in connections])
    size = sum(b.shape.num_elements() for b in connections)
    return tf.nn.relu(ones / size - target)


def penalty(loss: tf.Tensor, h: tf.Tensor, gamma: float) -> tf.Tensor:
    """lambda * h with lambda = gamma * loss / ((1 - gamma) * h), held constant.

    The penalty is thus the share gamma of the total loss until the constraint
    holds; lambda is 0 where h <= 1e-5.
    """
    loss = tf.cast(loss, tf.float32)
    weight = tf.math.divide_no_nan(gamma * loss, (1.0 - gamma) * h)
    weight = tf.where(h > MET, weight, tf.zeros_like(weight))
    return tf.stop_gradient(weight) * h
