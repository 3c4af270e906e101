"""The binary domain of a kernel: the two values that its weights take.

A weight is w = alpha + (beta - alpha) * b with b in {0, 1} ("A binary domain
generalization for sparsifying binary neural networks", ECML PKDD 2023). We split
it into a scale and a ratio,

    w = (beta - alpha) * (b + ratio),    ratio = alpha / (beta - alpha),

and hold the ratio to multiples r / 64. Then b + r / 64 is a small exact number,
sums of it are exact in float32, and inference computes 64 * sum(b x) + r * sum(x)
in integers. The scale goes onto the output. Domain "01" is r = 0 and scale 1;
a ±1 network is r = -32 and scale 2.
"""

import tensorflow as tf

DOMAINS = ("01", "general")
RATIO_STEPS = 64


def check_domain(domain: str) -> str:
    """Returns `domain`, or raises a ValueError that lists the known ones."""
    if domain not in DOMAINS:
        raise ValueError(
            f"Unknown domain: found {domain!r}, wanted one of {list(DOMAINS)}."
        )
    return domain


@tf.custom_gradient
def round_ratio(ratio: tf.Tensor):
    """Rounds to the nearest multiple of 1/64; the gradient passes straight through."""
    return tf.round(ratio * RATIO_STEPS) / RATIO_STEPS, lambda upstream: upstream
