"""Runs the same samples through Keras and a converted model."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from sbnn_converter.errors import first_line
from sbnn_converter.framework import face
from sbnn_converter.html_repr import html_table
from sbnn_converter.runtimes.interpreter import Interpreter
from sbnn_converter.verification.verdict import comparison_facts

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
      classified: how many there are whose largest output was compared: none in an
        output with a last axis of 1.
      accuracy: share of the labels that the converted model's largest outputs hit;
        None without labels.
      keras_accuracy: the same of Keras.
    """

    samples: int
    largest: float
    magnitude: float
    differing_argmax: int
    classified: int = 0
    accuracy: float | None = None
    keras_accuracy: float | None = None

    @property
    def agreement(self) -> float | None:
        """Share of places with the same largest output; None where there is no choice."""
        if not self.classified:
            return None
        return 1 - self.differing_argmax / self.classified

    @property
    def relative(self) -> float:
        """The largest difference as a share of the largest output."""
        return self.largest / self.magnitude if self.magnitude else self.largest

    def _repr_html_(self) -> str:
        """What notebooks show."""
        title = f"beside Keras, {self.samples:,} samples"
        return html_table(("", "", ""), comparison_facts(self), title=title, words=("",))

    def within(self, tolerance: float) -> bool:
        return self.relative <= tolerance  # False for NaN


class UnequalShapes(ValueError):
    """The outputs of two models differ in number or shape."""


class NothingToCompare(ValueError):
    """Keras cannot run its own model on this machine."""


def compare(
    model: tf.keras.Model,
    flatbuffer: bytes,
    samples: Sequence[np.ndarray],
    labels: np.ndarray | None = None,
) -> Comparison:
    """Compares Keras's ``predict`` with the converted model on this machine.

    Args:
      model: the Keras model.
      flatbuffer: what ``convert_keras_model`` made of it.
      samples: a float32 array of shape ``[n, ...]`` for each of its inputs.
      labels: the number of each sample's class, int ``[n]``, for the accuracy of both;
        the model then has one output of shape ``[n, classes]``.

    Raises:
      ValueError: the labels do not fit the output.
      NothingToCompare: Keras cannot run the model here.
      RuntimeError: the runtime refuses the converted model.
      UnequalShapes: an output has another shape than Keras's.
    """
    wanted = [np.asarray(w, np.float64) for w in tf.nest.flatten(_keras_answer(model, samples))]
    if labels is not None:
        _check_labels(labels, wanted)
    found = _run(Interpreter(flatbuffer), samples)
    _check_shapes(found, wanted, len(samples[0]))
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
        classified=sum(w[..., 0].size for w in wanted if w.shape[-1] > 1),
        accuracy=_accuracy(found, labels),
        keras_accuracy=_accuracy(wanted, labels),
    )


def _keras_answer(model: tf.keras.Model, samples: Sequence[np.ndarray]):
    try:
        return face.predict(model, samples)
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
        reason = first_line(error)
        if any(_is_channels_first(layer) for layer in face.inner_layers(model)):
            reason = "TensorFlow has no channels-first convolutions or poolings on a CPU"
        raise NothingToCompare(
            f"Keras cannot run the model on this machine, so there is nothing to compare with: "
            f"{reason}; verify on a machine that runs it, or convert without --verify"
        ) from error


def _is_channels_first(layer) -> bool:
    return getattr(layer, "data_format", None) == "channels_first"


def _check_labels(labels: np.ndarray, outputs: Sequence[np.ndarray]) -> None:
    shapes = [output.shape for output in outputs]
    if len(shapes) != 1 or len(shapes[0]) != 2 or shapes[0][1] < 2:
        found = ", ".join(str(("n", *shape[1:])) for shape in shapes)
        raise ValueError(
            f"labels need a model with one output (n, classes), found {found}: leave the labels out"
        )
    count, classes = shapes[0]
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels are of shape {labels.shape} and type {labels.dtype}, wanted the "
            f"class of each of the {count} samples as whole numbers ({count},)"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels go from {labels.min()} to {labels.max()}, wanted 0 to "
            f"{classes - 1}: the model has {classes} classes"
        )


def _accuracy(outputs: Sequence[np.ndarray], labels) -> float | None:
    if labels is None:
        return None
    return float((outputs[0].argmax(-1) == labels).mean())


def _check_shapes(found: list[np.ndarray], wanted: list[np.ndarray], count: int) -> None:
    if len(found) != len(wanted):
        raise UnequalShapes(
            f"the converted model has {len(found)} outputs, Keras's {len(wanted)}; please report it"
        )
    for index, (f, w) in enumerate(zip(found, wanted)):
        if f.shape != w.shape:
            raise UnequalShapes(
                f"output {index} of the converted model has shape {f.shape} for {count} "
                f"samples, Keras's {w.shape}: the two cannot be compared; an output must "
                "have a row for each sample, from that sample alone"
            )


def _run(interpreter: Interpreter, samples: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Outputs as real numbers."""
    outputs = interpreter.predict(interpreter.quantize(samples))
    outputs = interpreter.dequantize(outputs)
    return outputs if isinstance(outputs, list) else [outputs]
