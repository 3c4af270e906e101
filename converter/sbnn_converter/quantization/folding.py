"""Scale and bias of each channel where int8 is wanted.

Behind a float convolution or dense layer TFLiteConverter folds them into its
weights, as long as nothing stands between: such a layer's own output gets no
range. Anywhere else it would leave a float multiplication and addition; a
depthwise convolution with a 1x1 window says the same and has an int8 kernel.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
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
    if type(layer) not in _WITH_WEIGHTS or layer.activation.__name__ not in ("linear", "relu"):
        return False
    if isinstance(layer, tf.keras.layers.Dense):
        return len(node.shape) == 1
    plain = layer.padding in ("valid", "same") and layer.data_format == "channels_last"
    return plain and set(layer.dilation_rate) == {1}


def is_scale(node: g.Node) -> bool:
    """Whether a node is a scale and bias of each channel, and nothing else."""
    return isinstance(node, g.Pointwise) and all(s.affine is not None for s in node.steps)


def split_steps(graph: g.Graph) -> None:
    """One node for each scale and bias with the activations behind it.

    They are one int8 kernel; what lies in front of a second scale wants a range.
    """
    for node in graph.nodes():
        if not isinstance(node, g.Pointwise):
            continue
        cuts = [i for i, s in enumerate(node.steps) if i and s.affine is not None]
        for cut in reversed(cuts):
            readers = graph.readers(node)
            rest = g.Pointwise(node.name, [node], node.shape, node.steps[cut:])
            node.steps = node.steps[:cut]
            graph.insert_behind(node, rest, readers, outputs=True)


def use_int8_forms(graph: g.Graph) -> None:
    """Gives every ``Pointwise`` the form that TFLite has int8 kernels for."""
    for node in graph.nodes():
        if isinstance(node, g.Pointwise):
            folded = is_absorbed(graph, node.inputs[0])
            node.steps = [
                step
                if step.affine is None or (folded and index == 0)
                else g.PointwiseStep(_convolution(*step.affine), step.affine)
                for index, step in enumerate(node.steps)
            ]


def _convolution(scale: np.ndarray, bias: np.ndarray):
    """scale * x + bias over the channels of x as a 1x1 depthwise convolution."""
    channels = len(scale)
    kernel = tf.constant(scale.reshape(1, 1, channels, 1), tf.float32)
    offset = tf.constant(bias, tf.float32)

    def apply(x: tf.Tensor) -> tf.Tensor:
        height_and_width = (1, 1, *x.shape[1:-1])[-2:]
        image = tf.reshape(x, (-1, *height_and_width, channels))
        y = tf.nn.depthwise_conv2d(image, kernel, (1, 1, 1, 1), "VALID")
        return tf.reshape(tf.nn.bias_add(y, offset), (-1, *x.shape[1:]))

    return apply
