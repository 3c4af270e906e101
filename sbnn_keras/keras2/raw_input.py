"""Tells the network's raw input from features.

A sign on raw pixels in [0, 1] gives +1 everywhere and throws the picture away.
Raw is what has not yet passed a layer with trainable weights: flattening,
padding, rescaling and pooling of the input leave it raw.
"""

import tensorflow as tf


def is_raw_input(inputs) -> bool:
    """True if `inputs` reach back to a Keras `Input` without any trained layer.

    Only symbolic Keras tensors know where they come from. For any other tensor
    or array (a layer called inside a subclassed model, or alone) the answer is False.
    """
    tensors = tf.nest.flatten(inputs)
    if not all(hasattr(t, "_keras_history") for t in tensors):
        return False
    return all(_is_raw(t._keras_history) for t in tensors)


def _is_raw(history) -> bool:
    open_nodes = [history.layer.inbound_nodes[history.node_index]]
    seen = set()
    while open_nodes:
        node = open_nodes.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.layer.trainable_weights:
            return False
        open_nodes.extend(node.parent_nodes)
    return True
