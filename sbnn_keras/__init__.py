"""Sparse binary neural networks for Keras."""

from sbnn_keras._keras2 import use_keras_2

use_keras_2()

from sbnn_keras import quantizers  # noqa: E402
from sbnn_keras.layers import *  # noqa: E402,F403
