"""Information of sparse binary weights."""

import math


def entropy_bits(share: float) -> float:
    """H(p) = -p log2 p - (1 - p) log2(1 - p): bits a weight with a share p of ones.

    No lossless code of independent weights is smaller on average ("Sparsifying
    Binary Networks", arXiv 2207.04974).
    """
    if share <= 0.0 or share >= 1.0:
        return 0.0
    rest = 1.0 - share
    return -share * math.log2(share) - rest * math.log2(rest)
