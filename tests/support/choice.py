"""Which latent weights become connections, by a sort."""

import numpy as np


def first_of(values: np.ndarray) -> list[int]:
    """Indices in the order in which they are chosen: the largest, of equal ones by
    multiples of the golden ratio."""
    place = lambda i: (i * 2654435761 + 2**31) % 2**32  # noqa: E731
    return sorted(range(len(values)), key=lambda i: (-values[i], -place(i)))
