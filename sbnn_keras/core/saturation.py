"""Latent weights at their bound, where a choice among them means nothing."""

import numpy as np

# So many latent weights may be at their bound without a word, in small kernels too.
_FEW = 10


def saturation_text(name: str, score: np.ndarray, held: int, constraint: str) -> str | None:
    """What is to be said of a kernel whose latent weights stand at their bound.

    Args:
        name: the layer's.
        score: of its latent weights, by which connections are chosen.
        held: number of its connections.
        constraint: what `WeightClip` is called in this front.

    Returns:
        A warning if more than half as many weights as there are connections have the largest
        value of all, else None.

    Example:
        >>> saturation_text("conv", np.minimum(np.arange(500) / 10, 1), 50, "WeightClip")[:35]
        'conv: 490 latent weights have the l'
    """
    most = score.max()
    at_bound = int((score == most).sum())
    if at_bound <= max(_FEW, held / 2):
        return None
    wider = f"{3 * abs(float(most)):.3g}"
    return (
        f"{name}: {at_bound} latent weights have the largest value of all, {most:.4g}, and "
        f"{held} are connections: they are at their bound, where connections cannot be told "
        f"apart. Lower the learning rate, or widen the bound with "
        f"kernel_constraint={constraint}({wider}) and "
        f"kernel_quantizer=SparseBinary(clip_value={wider})."
    )
