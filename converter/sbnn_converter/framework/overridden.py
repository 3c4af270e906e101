"""Classes that compute something else than the known layer that they inherit from.

What a layer of Keras, Larq or sbnn_keras computes is known by its class. A subclass may
override it: then its own Python code says what it computes, and nothing else does.
"""

from __future__ import annotations

_COMPUTING = (
    "call",
    "__call__",
    "convolution_op",
    # Of our layers: what stands behind the sums.
    "finish",
    "output_scale",
    "_output_scale",
    "exponent",
)
_PACKAGES = ("keras", "tf_keras", "larq", "sbnn_keras", "tensorflow_model_optimization")


def overridden(layer) -> str | None:
    """What of its own tells what a layer or model computes; None: it computes what the class
    of a known package does."""
    for name in _COMPUTING:
        owners = [cls for cls in type(layer).__mro__ if name in vars(cls)]
        if owners and not _is_known(owners[0]) and any(map(_is_known, owners)):
            return name
    return None


def _is_known(cls: type) -> bool:
    return cls.__module__.split(".")[0] in _PACKAGES
