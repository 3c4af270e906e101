"""Several TensorFlow functions in a row as one function of where they begin.

``tf.where(x >= 0, 1.0, -1.0)`` is two layers of a Functional model. What lies between
them is no float, and neither of them is a function of floats by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.framework import face


def compose(
    inputs: list[g.Node], call: Callable
) -> tuple[g.Node, Callable[[tf.Tensor], tf.Tensor]] | None:
    """The one float tensor that ``call`` comes down to, and the function of it.

    Args:
      inputs: what a layer reads.
      call: from the tensors of ``inputs`` to the layer's output.

    Returns:
      None if several float tensors go into it, or something is no plain function.
    """
    ends, between = list(dict.fromkeys(inputs)), []
    while len(ends) != 1 or ends[0].dtype != tf.float32:
        node = next((n for n in ends if not _is_needed_by(n, ends)), None)
        if node is None or not _is_function(node):
            return None
        between.append(node)
        ends.remove(node)
        ends += [n for n in node.inputs if n not in ends]

    def composed(x: tf.Tensor) -> tf.Tensor:
        values = {ends[0]: x}
        for node in reversed(between):
            values[node] = _value(node, [values[n] for n in node.inputs])
        return call([values[n] for n in inputs])

    return ends[0], composed


def _is_function(node: g.Node) -> bool:
    if isinstance(node, g.KerasLayer):
        return face.is_pure_function(node.layer) and bool(node.inputs)
    return isinstance(node, (g.Pointwise, g.Sign))


def _is_needed_by(node: g.Node, others: list[g.Node]) -> bool:
    """Whether one of ``others`` is a function of ``node``."""
    pending = [n for other in others if other is not node for n in other.inputs]
    seen = set()
    while pending:
        found = pending.pop()
        if found is node:
            return True
        if found not in seen and _is_function(found):
            pending += found.inputs
        seen.add(found)
    return False


def _value(node: g.Node, read: list[tf.Tensor]) -> tf.Tensor:
    if isinstance(node, g.KerasLayer):
        return node.call(read)
    if isinstance(node, g.Pointwise):
        return g.apply_steps(node.steps, *read)
    if isinstance(node, g.Sign):
        return node.apply(*read)
    raise AssertionError(f"{type(node).__name__} '{node.name}' is no function")
