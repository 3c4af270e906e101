"""What a model must not hold, whatever its layers are."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError
from sbnn_converter.framework import face

_OTHER_FLOATS = ("float16", "bfloat16", "float64")


def check_precision(model: tf.keras.Model) -> None:
    """Refuses layers that compute in another float type than float32.

    Raises:
      ConversionError: in that case.
    """
    for layer in face.flat_layers(model):
        found = {layer.compute_dtype, layer.dtype} & set(_OTHER_FLOATS)
        if found and not isinstance(layer, tf.keras.layers.InputLayer):
            raise ConversionError(
                f"layer '{layer.name}' has the policy '{layer.dtype_policy.name}': "
                "float32 is wanted; convert sbnn_keras.in_float32(model), the same "
                "network in float32 with the same weights"
            )


def check_types(graph: g.Graph) -> None:
    """Refuses binary layers and signs that read something else than float32.

    Raises:
      ConversionError: one does; the message names it.
    """
    for node in graph.nodes():
        if isinstance(node, (g.BinarySum, g.Sign)):
            for read in map(_source, node.inputs):
                if read.dtype != tf.float32:
                    raise ConversionError(
                        f"layer '{node.name}' reads {read.dtype.name} from "
                        f"'{read.name}': float32 is wanted; give "
                        f"{_way_out(read)} and build the model again"
                    )


def _source(node: g.Node) -> g.Node:
    """What ``node`` only moves."""
    while isinstance(node, (g.Reshape, g.Permute, g.Pad, g.MaxPool)):
        (node,) = node.inputs
    return node


def _way_out(node: g.Node) -> str:
    if isinstance(node, g.Input):
        return "tf.keras.Input(..., dtype='float32') and numbers of any type to predict"
    return "that layer the dtype float32"


def check_finite(layer, name: str) -> None:
    """Refuses NaN and infinite weights and statistics.

    Raises:
      ConversionError: in that case.
    """
    for variable in face.variables(layer):
        values = face.latent(variable)
        if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
            bad = int(np.size(values) - np.isfinite(values).sum())
            raise ConversionError(
                f"layer '{name}': {bad} of {values.size} values of "
                f"'{variable.name}' are NaN or infinite; finite weights are wanted: "
                "train with a lower learning rate or load an earlier checkpoint"
            )
