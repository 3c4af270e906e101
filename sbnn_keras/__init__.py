"""Sparse binary neural networks for Keras, in layers of Keras 2 and of Keras 3.

Importing the package alone decides nothing: which layers are meant is found out when
the first name is used (see `sbnn_keras.front`).
"""

import importlib
import importlib.util
import sys
from typing import TYPE_CHECKING

from sbnn_keras.front import KERAS_2, OF_BOTH, ModulesOfFront, asked_for, chosen_front
from sbnn_keras.opening import watch_keras
from sbnn_keras.version import __version__ as __version__

if TYPE_CHECKING:  # both fronts have the same names; for editors these
    from sbnn_keras import applications as applications
    from sbnn_keras import plots as plots
    from sbnn_keras import recipes as recipes
    from sbnn_keras.keras2 import *  # noqa: F403
    from sbnn_keras.moving import to_keras_2 as to_keras_2

__all__ = [  # noqa: F405
    "AlternatingSigns",
    "ConnectionsSchedule",
    "ConstantSparsity",
    "Distiller",
    "ExpectedConnections",
    "ExpectedConnectionsLoss",
    "FreezeConnections",
    "PolynomialDecay",
    "ResidualStream",
    "SharpnessSchedule",
    "SparseBinaryConv1D",
    "SparseBinaryConv2D",
    "SparseBinaryDense",
    "SparseBinaryDepthwiseConv2D",
    "SparseBinarySeparableConv1D",
    "SparseBinarySeparableConv2D",
    "SparsityLogger",
    "allocate_connections",
    "constraints",
    "in_float32",
    "quantizers",
    "summary",
]

# Modules that are loaded when somebody asks for them, with all that they need.
_ON_DEMAND = ("applications", "keras2", "keras3", "plots", "recipes")

sys.meta_path.insert(0, ModulesOfFront())
watch_keras()

if asked_for() == KERAS_2:
    # Said already: `tf.keras` itself should be Keras 2 from here on.
    chosen_front()


def __getattr__(name: str):
    if name == "to_keras_2":
        return importlib.import_module("sbnn_keras.moving").to_keras_2
    if name in _ON_DEMAND:
        return importlib.import_module(f"sbnn_keras.{name}")
    if name in __all__:
        value = globals()[name] = getattr(chosen_front(), name)
        return value
    if not name.startswith("_") and name not in OF_BOTH:
        try:  # a module of the front
            return importlib.import_module(f"sbnn_keras.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"sbnn_keras.{name}":
                raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__, *_ON_DEMAND, "to_keras_2"})
