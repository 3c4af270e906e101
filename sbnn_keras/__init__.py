"""Sparse binary neural networks for Keras."""

import importlib

from sbnn_keras._keras2 import use_keras_2

use_keras_2()

from sbnn_keras import quantizers  # noqa: E402,F401
from sbnn_keras.allocation import *  # noqa: E402,F403
from sbnn_keras.alternating_signs import *  # noqa: E402,F403
from sbnn_keras.distiller import Distiller  # noqa: E402,F401
from sbnn_keras.expected_connections import *  # noqa: E402,F403
from sbnn_keras.freezing import *  # noqa: E402,F403
from sbnn_keras.layers import *  # noqa: E402,F403
from sbnn_keras.old_weights import ask_layers_for_old_weights  # noqa: E402
from sbnn_keras.precision import *  # noqa: E402,F403
from sbnn_keras.residual_stream import ResidualStream  # noqa: E402,F401
from sbnn_keras.schedule import ConnectionsSchedule  # noqa: E402,F401
from sbnn_keras.sharpness import SharpnessSchedule  # noqa: E402,F401
from sbnn_keras.sparsity_logger import SparsityLogger  # noqa: E402,F401
from sbnn_keras.summary import summary  # noqa: E402,F401
from sbnn_keras.version import __version__  # noqa: E402,F401

ask_layers_for_old_weights()

# Modules that are loaded when somebody asks for them, with all that they need.
_ON_DEMAND = ("applications", "plots")


def __getattr__(name: str):
    if name in _ON_DEMAND:
        return importlib.import_module(f"sbnn_keras.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_ON_DEMAND})
