"""The expected-connections penalty as plain tensor arithmetic (arXiv 2207.04974)."""

import math

from keras import ops

# Below this excess the constraint counts as met, and the penalty is switched off.
MET = 1e-5


def excess(connections: list, target: float):
    """h = ReLU(mean(b) - EC) over all kernels together, a float32 scalar.

    Args:
        connections: tensors b of 0 and 1, whose gradients pass to latent weights.
        target: EC, the expected share of connections.
    """
    ones = sum(ops.sum(ops.cast(b, "float32")) for b in connections)
    size = sum(math.prod(b.shape) for b in connections)
    return ops.relu(ones / float(size) - target)


def penalty(loss, h, gamma: float):
    """lambda * h with lambda = gamma * loss / ((1 - gamma) * h), held constant.

    The penalty is thus the share gamma of the total loss until the constraint holds;
    lambda is 0 where h <= 1e-5.
    """
    loss = ops.cast(loss, "float32")
    is_met = h <= MET
    weight = gamma * loss / ((1.0 - gamma) * ops.where(is_met, 1.0, h))
    weight = ops.where(is_met, 0.0, weight)
    return ops.stop_gradient(weight) * h
