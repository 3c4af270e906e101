"""Random samples that suit what a model reads."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sbnn_converter.framework import face
from sbnn_converter.importer.steps_at_zero import step_at_zero

_keras = tf.keras.layers


def random_samples(model: tf.keras.Model, count: int, seed: int = 0) -> list[np.ndarray]:
    """Makes up samples for every input of ``model``.

    An input whose sign is taken gets values around 0, one that a ``Rescaling``
    reads whole numbers from 0 to 255, one that a ``Normalization`` reads values
    spread like its statistics, one that an ``Embedding`` reads its indices. All
    others get pixels in [0, 1] in multiples of 1/16, whose sums are exact in
    float32.

    Args:
      model: a built model with fixed shapes.
      count: number of samples.

    Returns:
      A float32 array of shape ``[count, *shape of the input]`` for each input.
    """
    rng = np.random.default_rng(seed)
    return [
        _suited(rng, _first_reader(model, tensor), (count, *tensor.shape[1:]))
        for tensor in model.inputs
    ]


def _first_reader(model: tf.keras.Model, tensor):
    for call in face.calls(model):
        if any(read is tensor for read in call.inputs):
            return call.layer
    return None


def _suited(rng: np.random.Generator, layer, shape: tuple[int, ...]) -> np.ndarray:
    if isinstance(layer, _keras.Rescaling):
        values: np.ndarray = rng.integers(0, 256, shape)
    elif isinstance(layer, _keras.Normalization):
        mean, variance = np.asarray(layer.mean), np.asarray(layer.variance)
        values = mean + np.sqrt(variance) * rng.standard_normal(shape)
    elif isinstance(layer, _keras.Embedding):
        values = rng.integers(0, layer.input_dim, shape)
    elif _takes_sign(layer):
        values = rng.standard_normal(shape)
    else:
        values = rng.integers(0, 17, shape) / 16
    return np.asarray(values, np.float32)


def _takes_sign(layer) -> bool:
    function = getattr(layer, "input_quantizer", None)
    if function is None and getattr(layer, "precision", None) == 1:
        function = layer
    if function is None and isinstance(layer, _keras.Activation):
        function = layer.activation
    return function is not None and step_at_zero(function) is not None
