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


def __getattr__(name: str):
    if name == "plots":  # on demand, with all that it needs
        return importlib.import_module("sbnn_keras.plots")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), "plots"})
