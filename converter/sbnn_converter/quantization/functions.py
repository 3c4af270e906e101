"""Which function an activation is: known are those that TFLite has kernels of its own for."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.framework.overridden import overridden

_keras = tf.keras

# By what they are and not by their names, which functions of users may have, too.
_FUNCTIONS: dict[str, tuple[Callable, ...]] = {
    "linear": (_keras.activations.linear,),
    "relu": (_keras.activations.relu, tf.nn.relu),
    "relu6": (tf.nn.relu6, getattr(_keras.activations, "relu6", tf.nn.relu6)),
    "softmax": (_keras.activations.softmax, tf.nn.softmax),
    "sigmoid": (_keras.activations.sigmoid, tf.nn.sigmoid),
    "tanh": (_keras.activations.tanh, tf.nn.tanh),
}


def name_of_activation(activation: object) -> str:
    """``linear``, ``relu``, ``relu6``, ``softmax``, ``sigmoid``, ``tanh``; empty for all others.

    Args:
      activation: what a layer has under this name: a function, a layer, any callable, or None,
        which is linear.
    """
    if activation is None:
        return "linear"
    if isinstance(activation, _keras.layers.Softmax) and not overridden(activation):
        return "softmax"
    for name, functions in _FUNCTIONS.items():
        if any(activation is function for function in functions):
            return name
    return ""


def name_of_function(node: g.Node) -> str:
    """The same of a node that is nothing but a function of one input; empty if it is more."""
    if not isinstance(node, g.KerasLayer) or len(node.inputs) != 1 or overridden(node.layer):
        return ""
    layer = node.layer
    if isinstance(layer, _keras.layers.Softmax):
        return "softmax"
    if isinstance(layer, _keras.layers.Activation):
        return name_of_activation(layer.activation)
    # Lambda, and a function of TensorFlow's that a functional model calls.
    function = getattr(layer, "function", None)
    return "" if function is None else name_of_activation(function)
