"""What Keras 3 computes with, which is chosen once a process."""

from __future__ import annotations


def backend_of_keras() -> str:
    """``tensorflow``, ``jax`` or ``torch``."""
    import keras

    return keras.backend.backend()
