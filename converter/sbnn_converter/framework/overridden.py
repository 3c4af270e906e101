"""Classes that compute something else than the known layer that they inherit from.

What a layer of Keras, Larq or sbnn_keras computes is known by its class. A subclass may
override it: then its own Python code says what it computes, and nothing else does.
"""

from __future__ import annotations

from sbnn_keras.core.packages import package_of

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
        known = [package_of(cls) in _PACKAGES for cls in owners]
        if any(known) and not known[0]:
            return name
    return None
