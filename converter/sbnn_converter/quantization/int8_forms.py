"""Scale and bias of each channel in the form that TFLite has int8 kernels for."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.quantization.folding import is_absorbed


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
