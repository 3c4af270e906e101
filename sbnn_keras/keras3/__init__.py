"""The layers of Keras 3: on TensorFlow, JAX and PyTorch, without Larq."""

from sbnn_keras.keras3.at_hand import check_keras_3

check_keras_3()

from sbnn_keras.core.decay import ConstantSparsity, PolynomialDecay  # noqa: E402
from sbnn_keras.keras3 import constraints, quantizers  # noqa: E402
from sbnn_keras.keras3.allocation import allocate_connections  # noqa: E402
from sbnn_keras.keras3.alternating_signs import AlternatingSigns  # noqa: E402
from sbnn_keras.keras3.distiller import Distiller  # noqa: E402
from sbnn_keras.keras3.expected_connections import (  # noqa: E402
    ExpectedConnections,
    ExpectedConnectionsLoss,
)
from sbnn_keras.keras3.freezing import FreezeConnections  # noqa: E402
from sbnn_keras.keras3.layers import (  # noqa: E402
    SparseBinaryConv1D,
    SparseBinaryConv2D,
    SparseBinaryDense,
    SparseBinaryDepthwiseConv2D,
    SparseBinarySeparableConv1D,
    SparseBinarySeparableConv2D,
)
from sbnn_keras.keras3.log_mel import LogMel  # noqa: E402
from sbnn_keras.keras3.precision import in_float32  # noqa: E402
from sbnn_keras.keras3.residual_stream import ResidualStream  # noqa: E402
from sbnn_keras.keras3.schedule import ConnectionsSchedule  # noqa: E402
from sbnn_keras.keras3.sharpness import SharpnessSchedule  # noqa: E402
from sbnn_keras.keras3.sparsity_logger import SparsityLogger  # noqa: E402
from sbnn_keras.keras3.summary import summary  # noqa: E402

__all__ = [
    "AlternatingSigns",
    "ConnectionsSchedule",
    "ConstantSparsity",
    "Distiller",
    "ExpectedConnections",
    "ExpectedConnectionsLoss",
    "FreezeConnections",
    "LogMel",
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
