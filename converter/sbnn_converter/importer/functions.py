"""TensorFlow functions in a Keras graph that do what layers do.

``tf.concat``, ``tf.reshape``, ``tf.nn.max_pool2d`` and the like become the nodes that
``Concatenate``, ``Reshape`` and ``MaxPooling2D`` become. What a function does is read
from the operation that it consists of, not from its name.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.importer.layout import reshape
from sbnn_converter.importer.pooling import pool_image

_SHAPES = {"Reshape", "Squeeze", "ExpandDims"}
_BESIDE = {"Placeholder", "Const", "Identity", "NoOp"}


def import_tf_function(name: str, inputs: list[g.Node], shape, call) -> g.Node | None:
    """The call of a function as a node; None if it is none of those known here.

    Args:
      name: the layer's name.
      inputs: what the function reads.
      shape: of its output for one sample.
      call: from tensors for ``inputs`` to its output.
    """
    if any(n.dtype != tf.float32 for n in inputs):
        return None
    op = _only_operation(inputs, call)
    if op is None or op.outputs[0].dtype != tf.float32 or len(op.outputs) != 1:
        return None
    if op.type == "ConcatV2" and len(inputs) > 1:
        last = _constant(op.inputs[-1]) in (-1, len(shape))
        in_order = len(op.inputs) - 1 == len(inputs)
        return g.Concat(name, inputs, shape) if last and in_order else None
    if len(inputs) != 1:
        return None
    x = inputs[0]
    if op.type in _SHAPES:
        return reshape(name, x, shape)
    if op.type == "Transpose":
        axes = _constant(op.inputs[1])
        if axes is not None and axes[0] == 0:
            return g.Permute(name, [x], shape, tuple(int(a) - 1 for a in axes[1:]))
    if op.type == "Pad" and len(shape) == 3:
        sides = _constant(op.inputs[1])
        if sides is not None and not sides[[0, 3]].any():
            (top, bottom), (left, right) = ((int(n) for n in side) for side in sides[1:3])
            return g.Pad(name, [x], shape, (top, bottom), (left, right))
    if op.type == "MaxPool":
        return _max_pool(op, name, x, shape)
    return None


def _max_pool(op, name: str, x: g.Node, shape) -> g.Node | None:
    window, strides = op.get_attr("ksize"), op.get_attr("strides")
    padding = op.get_attr("padding").decode().lower()
    if (
        op.get_attr("data_format") != b"NHWC"
        or padding not in ("same", "valid")
        or {window[0], window[3], strides[0], strides[3]} != {1}
    ):
        return None
    return pool_image(name, x, shape, window[1:3], strides[1:3], padding)


def _only_operation(inputs: list[g.Node], call):
    """The one operation that a function consists of, in the order of ``inputs``."""
    specs = [tf.TensorSpec((1, *n.shape), n.dtype) for n in inputs]
    try:
        traced = tf.function(call, autograph=False).get_concrete_function(specs)
    except Exception:  # nothing that can be called by itself
        return None
    found = [op for op in traced.graph.get_operations() if op.type not in _BESIDE]
    if len(found) != 1 or len(traced.outputs) != 1:
        return None
    read = [t for t in found[0].inputs if t.op.type == "Placeholder"]
    if [id(t) for t in read] != [id(t) for t in traced.inputs[: len(inputs)]]:
        return None
    return found[0]


def _constant(tensor: tf.Tensor) -> np.ndarray | None:
    value = tf.get_static_value(tensor)
    return None if value is None else np.asarray(value)
