"""Latent weights at their bound, where a choice among them means nothing."""

import numpy as np

# So many latent weights may be at their bound without a word, in small kernels too.
_FEW = 10


class SaturationWarnings:
    """Tells, once of each kernel, that its latent weights stand at their bound.

    Args:
        constraint: what `WeightClip` is called where the kernels are from.

    Example:
        >>> warnings = SaturationWarnings("WeightClip")
        >>> warnings.check("conv", np.minimum(np.arange(500) / 10, 1), 50)  # doctest: +ELLIPSIS
        conv: 490 latent weights have the largest value of all, 1, and 50 are connections: ...
    """

    def __init__(self, constraint: str):
        self._constraint = constraint
        self._told: set[str] = set()

    def check(self, label: str, score: np.ndarray, held: int) -> None:
        """Prints a line if more than half as many weights as there are connections are at it.

        Args:
            label: the kernel's.
            score: of its latent weights, by which connections are chosen.
            held: number of its connections.
        """
        if label in self._told:
            return
        most = score.max()
        at_bound = int((score == most).sum())
        if at_bound <= max(_FEW, held / 2):
            return
        self._told.add(label)
        wider = f"{3 * abs(float(most)):.3g}"
        print(
            f"{label}: {at_bound} latent weights have the largest value of all, {most:.4g}, "
            f"and {held} are connections: they are at their bound, where connections cannot be "
            f"told apart. Lower the learning rate, or widen the bound with "
            f"kernel_constraint={self._constraint}({wider}) and "
            f"kernel_quantizer=SparseBinary(clip_value={wider})."
        )
