"""Scale and bias of each channel where int8 is wanted.

Behind a float convolution or dense layer TFLiteConverter folds them into its
weights, as long as nothing stands between: such a layer's own output gets no
range. Anywhere else it would leave a float multiplication and addition; a
depthwise convolution with a 1x1 window says the same and has an int8 kernel.
"""

from __future__ import annotations

from typing import TypeGuard

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.framework.overridden import overridden
from sbnn_converter.quantization.functions import name_of_activation
from sbnn_converter.quantization.scales import operations

# These are part of TFLite's kernels.
_RECTIFIERS = {"Identity", "Relu", "Relu6"}
_WITH_WEIGHTS = (
    tf.keras.layers.Conv1D,
    tf.keras.layers.Conv2D,
    tf.keras.layers.DepthwiseConv2D,
    tf.keras.layers.Dense,
)


def takes_scale(node: g.Node) -> bool:
    """Whether a node's weights can absorb the scale and bias that follow it."""
    return (
        isinstance(node, g.KerasLayer)
        and isinstance(node.layer, _WITH_WEIGHTS)
        and not overridden(node.layer)
        and node.layer.activation is tf.keras.activations.linear
    )


def is_absorbed(graph: g.Graph, node: g.Node) -> bool:
    """Whether ``node``'s output exists only until TFLiteConverter folds it away."""
    reader = graph.only_reader(node)
    return (
        takes_scale(node) and isinstance(reader, g.Pointwise) and reader.steps[0].affine is not None
    )


def weighted_layer(graph: g.Graph, node: g.Node) -> g.KerasLayer | None:
    """The layer with weights that gives ``node``'s values by one kernel, scale, bias and
    ReLU behind it included, if TFLite has that kernel for INT16 values, too."""
    layer = node
    if isinstance(node, g.Pointwise) and is_absorbed(graph, node.inputs[0]):
        rest = g.Pointwise(node.name, node.inputs, node.shape, node.steps[1:])
        if not operations(rest) <= _RECTIFIERS:
            return None
        layer = node.inputs[0]
    return layer if isinstance(layer, g.KerasLayer) and _has_int16_kernel(layer) else None


def _has_int16_kernel(node: g.KerasLayer) -> bool:
    layer = node.layer
    if type(layer) not in _WITH_WEIGHTS:
        return False
    if name_of_activation(layer.activation) not in ("linear", "relu"):
        return False
    if isinstance(layer, tf.keras.layers.Dense):
        return len(node.shape) == 1
    plain = layer.padding in ("valid", "same") and layer.data_format == "channels_last"
    return plain and set(layer.dilation_rate) == {1}


def is_scale(node: g.Node) -> bool:
    """Whether a node is a scale and bias of each channel, and nothing else."""
    return isinstance(node, g.Pointwise) and all(s.affine is not None for s in node.steps)


def writes_sums(node: g.Node) -> TypeGuard[g.SumOp]:
    """Whether a node is a binary layer whose sums leave it as numbers."""
    return isinstance(node, g.SumOp) and not node.face.is_planes
