"""Tells the network's raw input from features.

Raw is what has not yet passed a layer with trainable weights: flattening, padding,
rescaling and pooling of the input leave it raw.
"""

import keras


def is_raw_input(inputs) -> bool:
    """True if `inputs` reach back to a Keras `Input` without any trained layer.

    Only symbolic tensors know where they come from; for any other the answer is False.
    """
    tensors = keras.tree.flatten(inputs)
    if not tensors or not all(hasattr(tensor, "_keras_history") for tensor in tensors):
        return False
    return all(_is_raw(tensor._keras_history) for tensor in tensors)


def _is_raw(history) -> bool:
    open_nodes = [history.operation._inbound_nodes[history.node_index]]
    seen = set()
    while open_nodes:
        node = open_nodes.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if getattr(node.operation, "trainable_weights", None):
            return False
        open_nodes.extend(node.parent_nodes)
    return True
