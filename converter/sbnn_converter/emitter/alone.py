"""Finds the Keras layer that a trouble with the whole file comes from.

TFLite names ops, not layers, and TFLiteConverter names tensors in ways of its own. So
each layer that is TFLiteConverter's is converted alone, and asked about: that takes
long for a deep network, but only where the conversion fails anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import tensorflow as tf

from sbnn_converter import graph as g


def layers_where(
    graph: g.Graph, trouble: Callable[[bytes | Exception], bool]
) -> Iterable[g.KerasLayer]:
    """The layers that are in trouble without all others, in the network's order.

    Args:
      graph: the network.
      trouble: told what TFLiteConverter makes of a layer, a flatbuffer that may hold
        foreign custom ops, or the exception that it raises instead.
    """
    for node in graph.nodes():
        if isinstance(node, g.KerasLayer) and trouble(convert_alone(node)):
            yield node


def first_layer_where(graph: g.Graph, trouble) -> g.KerasLayer | None:
    """The first of ``layers_where``; None if each layer alone is right."""
    return next(iter(layers_where(graph, trouble)), None)


def trace_alone(node: g.KerasLayer):
    """One layer as a traced function of its inputs, for a batch of one."""
    signature = [tf.TensorSpec((1, *n.shape), n.dtype) for n in node.inputs]

    def main(*read):
        return tf.nest.flatten(node.call(list(read)))

    return tf.function(main, autograph=False, input_signature=signature).get_concrete_function()


def convert_alone(node: g.KerasLayer) -> bytes | Exception:
    """One layer as a network of its own, of float32."""
    module = tf.Module()
    try:
        module.main = trace_alone(node)
        module.read_variables = list(module.main.variables)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([module.main], module)
        converter.allow_custom_ops = True
        return converter.convert()
    except Exception as error:  # whatever TFLiteConverter comes upon
        return error


def described(node: g.KerasLayer) -> str:
    """What messages call a layer: its name and its kind."""
    kind = type(node.layer).__name__
    function = getattr(node.layer, "activation", None) or getattr(node.layer, "function", None)
    if kind in ("Activation", "TFOpLambda", "Lambda") and function is not None:
        kind = f"{kind} of {getattr(function, '__name__', kind)}"
    return f"layer '{node.name}' ({kind})"
