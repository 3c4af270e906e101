"""Classes that compute something else than the known layer that they inherit from.

What a layer of Keras, Larq or sbnn_keras computes is known by its class. A subclass may
override it: then its own Python code says what it computes, and nothing else does.
"""

from __future__ import annotations

_COMPUTING = ("call", "__call__", "convolution_op")
_PACKAGES = ("keras", "tf_keras", "larq", "sbnn_keras", "tensorflow_model_optimization")


def overridden(layer) -> str | None:
    """The method of its own that tells what a layer or model computes; None: it computes
    what the class of a known package does."""
    for name in _COMPUTING:
        method = getattr(type(layer), name, None)
        if method is not None and method.__module__.split(".")[0] not in _PACKAGES:
            return name
    return None
