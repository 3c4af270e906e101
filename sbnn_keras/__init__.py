"""Sparse binary neural networks for Keras."""

from sbnn_keras._keras2 import use_keras_2

use_keras_2()

from sbnn_keras import quantizers  # noqa: E402
from sbnn_keras.allocation import *  # noqa: E402,F403
from sbnn_keras.alternating_signs import *  # noqa: E402,F403
from sbnn_keras.expected_connections import *  # noqa: E402,F403
from sbnn_keras.freezing import *  # noqa: E402,F403
from sbnn_keras.layers import *  # noqa: E402,F403
from sbnn_keras.schedule import ConnectionsSchedule  # noqa: E402,F401
from sbnn_keras.sharpness import SharpnessSchedule  # noqa: E402,F401
from sbnn_keras.sparsity_logger import SparsityLogger  # noqa: E402,F401
from sbnn_keras.summary import summary  # noqa: E402,F401
from sbnn_keras.version import __version__  # noqa: E402,F401
