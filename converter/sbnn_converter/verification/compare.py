"""Runs the same samples through Keras and a converted model."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from sbnn_converter.runtimes.interpreter import Interpreter

# Relative to the largest output. Float layers round differently in Keras and
# TFLite; int8 faces add the steps of their quantization.
FLOAT_TOLERANCE = 1e-4
QUANTIZED_TOLERANCE = 0.05


@dataclasses.dataclass(frozen=True)
class Comparison:
    """How far two models are apart.

    Attributes:
      samples: number of samples.
      largest: the largest absolute difference between two outputs.
      magnitude: the largest absolute output of Keras.
      differing_argmax: samples (places, in an output of several axes) whose
        largest output is another one.
    """

    samples: int
    largest: float
    magnitude: float
    differing_argmax: int

    @property
    def relative(self) -> float:
        """The largest difference as a share of the largest output."""
        return self.largest / self.magnitude if self.magnitude else self.largest

    def within(self, tolerance: float) -> bool:
        return self.relative <= tolerance  # False for NaN


def compare(
    model: tf.keras.Model, flatbuffer: bytes, samples: Sequence[np.ndarray]
) -> Comparison:
    """Compares Keras's ``predict`` with the converted model on this machine.

    Args:
      model: the Keras model.
      flatbuffer: what ``convert_keras_model`` made of it.
      samples: a float32 array of shape ``[n, ...]`` for each of its inputs.

    Raises:
      RuntimeError: the runtime refuses the converted model.
    """
    wanted = model.predict(samples if len(samples) > 1 else samples[0], verbose=0)
    wanted = [np.asarray(w, np.float64) for w in tf.nest.flatten(wanted)]
    found = _run(Interpreter(flatbuffer), samples)
    differences = [np.abs(f - w) for f, w in zip(found, wanted)]
    largest = max(float(d.max(initial=0.0)) for d in differences)
    if any(np.isnan(d).any() for d in differences):
        largest = float("nan")
    return Comparison(
        samples=len(samples[0]),
        largest=largest,
        magnitude=max(float(np.abs(w).max(initial=0.0)) for w in wanted),
        differing_argmax=sum(
            int((f.argmax(-1) != w.argmax(-1)).sum()) for f, w in zip(found, wanted)
        ),
    )


def _run(interpreter: Interpreter, samples: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Outputs as real numbers."""
    outputs = interpreter.predict(interpreter.quantize(samples))
    outputs = interpreter.dequantize(outputs)
    return outputs if isinstance(outputs, list) else [outputs]
