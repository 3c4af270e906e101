"""Finds latent weights that are NaN or infinite."""

import numpy as np


def check_finite(latent: np.ndarray, owner: str) -> None:
    """Raises a ValueError if any entry of `latent` is NaN or infinite.

    Args:
        latent: latent weights.
        owner: name of the layer, for the message.
    """
    bad = np.count_nonzero(~np.isfinite(np.asarray(latent, np.float32)))
    if bad:
        raise ValueError(
            f"The latent weights of {owner!r} hold NaN or infinity: found {bad} of "
            f"{np.size(latent)}, wanted finite numbers. Lower the learning rate, or look for "
            "the first loss that is NaN (keras.callbacks.TerminateOnNaN)."
        )
