"""Finds the first layer at which a converted model parts from Keras.

A model cut off behind one of its layers is a model as well: it is converted and
compared like the whole. Where they agree behind one layer and no longer behind
the next, that one is the culprit; bisection finds such a place with a handful of
conversions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from sbnn_converter.framework import face
from sbnn_converter.verification.compare import compare


def first_parting_layer(
    model: tf.keras.Model,
    samples: Sequence[np.ndarray],
    convert: Callable[[tf.keras.Model], bytes],
    tolerance: float,
    progress: Callable[[str], None] = lambda step: None,
) -> str | None:
    """The layer behind which Keras and the converted model part.

    Args:
      model: a model that differs from its conversion on ``samples``.
      samples: an array for each input.
      convert: how the model was converted.
      tolerance: relative difference that still counts as agreement.
      progress: called with a few words before each comparison.

    Returns:
      Its name, or ``None`` if no part of the model could be converted alone.
    """
    layers = _cuts(model)
    agrees, parted = -1, len(layers)
    # Invariant: they agree behind layers[agrees] and not behind layers[parted];
    # "behind" the end stands the whole model.
    while parted - agrees > 1:
        middle = (agrees + parted) // 2
        name, output = layers[middle]
        progress(f"looking for the layer at which they part: {name}")
        verdict = _agree_behind(model, output, samples, convert, tolerance)
        if verdict is None:
            del layers[middle]
            parted -= 1
        elif verdict:
            agrees = middle
        else:
            parted = middle
    last = min(parted, len(layers) - 1)
    return layers[last][0] if layers else None


def _cuts(model: tf.keras.Model) -> list[tuple[str, tf.Tensor]]:
    """Layers with their outputs in the model, in the order in which they run."""
    calls = face.calls(model)
    return [(call.layer.name, call.outputs[0]) for call in calls if len(call.outputs) == 1]


def _agree_behind(model, output, samples, convert, tolerance) -> bool | None:
    try:
        part = face.part(model, output)
        return compare(part, convert(part), samples).within(tolerance)
    except (ValueError, RuntimeError):
        return None  # a part that cannot be converted or run alone
