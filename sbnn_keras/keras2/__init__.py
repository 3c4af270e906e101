"""The layers of Keras 2 (`tf_keras`), over those of Larq."""

from sbnn_keras.as_tf_keras import use_keras_2

use_keras_2()

from sbnn_keras.core.decay import ConstantSparsity, PolynomialDecay  # noqa: E402
from sbnn_keras.keras2 import constraints, quantizers  # noqa: E402
from sbnn_keras.keras2.allocation import allocate_connections  # noqa: E402
from sbnn_keras.keras2.alternating_signs import AlternatingSigns  # noqa: E402
from sbnn_keras.keras2.distiller import Distiller  # noqa: E402
from sbnn_keras.keras2.expected_connections import (  # noqa: E402
    ExpectedConnections,
    ExpectedConnectionsLoss,
)
from sbnn_keras.keras2.freezing import FreezeConnections  # noqa: E402
from sbnn_keras.keras2.layers import (  # noqa: E402
    SparseBinaryConv1D,
    SparseBinaryConv2D,
    SparseBinaryDense,
    SparseBinaryDepthwiseConv2D,
    SparseBinarySeparableConv1D,
    SparseBinarySeparableConv2D,
)
from sbnn_keras.keras2.log_mel import LogMel  # noqa: E402
from sbnn_keras.keras2.old_weights import ask_layers_for_old_weights  # noqa: E402
from sbnn_keras.keras2.precision import in_float32  # noqa: E402
from sbnn_keras.keras2.residual_stream import ResidualStream  # noqa: E402
from sbnn_keras.keras2.schedule import ConnectionsSchedule  # noqa: E402
from sbnn_keras.keras2.sharpness import SharpnessSchedule  # noqa: E402
from sbnn_keras.keras2.sparsity_logger import SparsityLogger  # noqa: E402
from sbnn_keras.keras2.summary import summary  # noqa: E402

ask_layers_for_old_weights()

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
