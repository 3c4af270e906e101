"""Activations on their own, so that what stands before them can be int8.

A dense layer with a softmax is two ops in TFLite. Between them lies a tensor that
wants a range like any other; as long as both are one node, none is found for it.
"""

from __future__ import annotations

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.framework.call import patched
from sbnn_converter.framework.overridden import overridden
from sbnn_converter.quantization.functions import name_of_activation

# TFLite's kernels contain these themselves.
_FUSED = ("linear", "relu", "relu6")


def split_activations(graph: g.Graph) -> None:
    """Makes two nodes of every float layer with an activation that is an op."""
    for node in graph.nodes():
        if not isinstance(node, g.KerasLayer) or not hasattr(node.layer, "kernel"):
            continue
        if overridden(node.layer):  # which may do anything with its activation
            continue
        activation = getattr(node.layer, "activation", None)
        if name_of_activation(activation) in _FUSED:
            continue
        alone = tf.keras.layers.Activation(activation, dtype="float32")
        readers = graph.readers(node)
        node.call = _without_activation(node.layer, node.call)
        graph.insert_behind(
            node,
            g.KerasLayer(node.name, [node], node.shape, alone, _called(alone)),
            readers,
            outputs=True,
        )


def _called(layer):
    return lambda read: layer(*read)


def _without_activation(layer, call):
    def linear(read):
        with patched(layer, "activation", tf.keras.activations.linear):
            return call(read)

    return linear
