"""Finds layers whose answer for a sample depends on the other samples of the batch.

Keras computes ``x - tf.reduce_mean(x, 0)`` over the batch; in a converted network, which
runs one sample at a time, that would silently be 0. Layers of Keras act along the batch only
where their axis is 0; anything of unknown make is run, on some samples together and on each
alone.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter.errors import ConversionError
from sbnn_converter.framework import face
from sbnn_converter.graph.assignments import assigns
from sbnn_keras.core.packages import package_of

_SAMPLES = 4
_TOLERANCE = 1e-3
# Rounding may turn a sign here and there.
_SHARE = 0.01
_WITH_CODE = "Lambda"


def check_samples_apart(layer, name: str, call, inputs: list, outputs: list) -> None:
    """Refuses a layer that mixes samples.

    Args:
      layer: the Keras layer.
      name: its name, with those of the models around it.
      call: from tensors for ``inputs`` to its output.
      inputs, outputs: types and shapes of Keras's tensors of this call.

    Raises:
      ConversionError: in that case.
    """
    if not _may_mix(layer) or not any(t.dtype.is_floating for t in outputs):
        return
    # Whole numbers may count samples, as ``tf.range(tf.shape(x)[0])`` does: any would be wrong.
    if not all(t.dtype.is_floating for t in inputs):
        return
    if any(t.shape.rank is None or None in t.shape[1:] for t in inputs):
        return
    together = _values(inputs)
    try:
        run = _runner(layer, call, together)
        if run is None:
            return
        found, again = run(together), run(together)
        alone = [run(_sample(inputs, together, i)) for i in range(_SAMPLES)]
    except Exception:  # nothing that runs with this batch: others say why
        return
    for index, output in enumerate(outputs):
        if not output.dtype.is_floating or not _are_close(found[index], again[index]):
            continue  # not a function
        if not _is_made_of(found[index], [one[index] for one in alone]):
            raise ConversionError(
                f"layer '{name}' ({type(layer).__name__}) computes across the samples of a "
                "batch, so that Keras's answer depends on what else is in it: a converted "
                "network sees one sample at a time; use axes from 1 on, or compute the "
                "statistics of the training data beforehand"
            )


def _may_mix(layer) -> bool:
    own = package_of(layer) not in ("keras", "tf_keras", "larq", "sbnn_keras")
    axes = tf.nest.flatten([getattr(layer, name, None) for name in ("axis", "axes")])
    return own or _is_code(layer) or 0 in axes


def _is_code(layer) -> bool:
    return face.is_function(layer) or type(layer).__name__ == _WITH_CODE


def _values(inputs: list) -> list[tf.Tensor]:
    rng = np.random.default_rng(0)
    shapes = [tuple(_SAMPLES if size is None else size for size in t.shape) for t in inputs]
    return [tf.cast(rng.standard_normal(s), t.dtype) for s, t in zip(shapes, inputs)]


def _sample(inputs: list, values: list[tf.Tensor], index: int) -> list[tf.Tensor]:
    """One sample alone; what has no batch stays as it is."""
    return [
        v[index : index + 1] if t.shape.rank and t.shape[0] is None else v
        for t, v in zip(inputs, values)
    ]


def _runner(layer, call, values: list[tf.Tensor]):
    """A function from values to arrays; None if running it would change the model."""
    if face.variables(layer) or not _is_code(layer):
        specs = [tf.TensorSpec(v.shape, v.dtype) for v in values]
        if assigns(tf.function(call, autograph=False).get_concrete_function(specs)):
            return None
    return lambda read: [np.asarray(v) for v in tf.nest.flatten(call(list(read)))]


def _is_made_of(found: np.ndarray, alone: list[np.ndarray]) -> bool:
    """Whether the batch's answer is that of each sample."""
    if found.shape == alone[0].shape:  # without a batch
        return all(_are_close(found, one) for one in alone)
    if alone[0].ndim == 0:
        return False
    # Samples lie along the first axis, or along another one to be moved back later.
    for axis in range(alone[0].ndim):
        if _are_close(found, np.concatenate(alone, axis)):
            return True
    # Or side by side on the first axis, to be taken apart again.
    rows = np.concatenate(alone)
    moved = found.shape == rows.shape and alone[0].shape[0] > 1
    return moved and _are_close(np.sort(found, None), np.sort(rows, None))


def _are_close(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    scale = np.abs(b[np.isfinite(b)]).max(initial=0.0)
    close = np.isclose(a, b, rtol=_TOLERANCE, atol=_TOLERANCE * scale, equal_nan=True)
    return bool((~close).mean() <= _SHARE) if close.size else True
