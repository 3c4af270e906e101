"""Inputs for an exported model and what the interpreter on this machine answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from sbnn_converter.errors import ConversionError
from sbnn_converter.micro import Interpreter
from sbnn_converter.runtimes.quantized import quantize
from sbnn_converter.short_repr import ShortRepr


@dataclasses.dataclass(frozen=True, repr=False)
class TestVector(ShortRepr):
    """Samples with expected outputs: for each tensor an array ``[samples, ...]``."""

    inputs: list[np.ndarray]
    outputs: list[np.ndarray]

    __test__ = False  # no class of tests

    @property
    def samples(self) -> int:
        return len(self.inputs[0])


def make_test_vector(
    interpreter: Interpreter, samples: Sequence[np.ndarray] | np.ndarray | None
) -> TestVector:
    """Runs ``samples`` (``None``: a random one) in TensorFlow Lite Micro.

    Raises:
      ConversionError: number or shape of the samples does not fit the model.
    """
    details = interpreter.input_details
    if samples is None:
        inputs = [_random(detail) for detail in details]
    else:
        given = [samples] if isinstance(samples, np.ndarray) else list(samples)
        if len(given) != len(details):
            raise ConversionError(
                f"samples for {len(given)} inputs were given, the model has {len(details)}"
            )
        inputs = [_as_input(np.asarray(a), detail) for a, detail in zip(given, details)]
    try:
        outputs = interpreter.predict(inputs if len(inputs) > 1 else inputs[0])
    except ValueError as error:
        raise ConversionError(f"the samples do not fit the model: {error}") from error
    outputs = outputs if isinstance(outputs, list) else [outputs]
    return TestVector(inputs, outputs)


def _random(detail: dict) -> np.ndarray:
    rng = np.random.default_rng(0)
    shape = (1, *(int(size) for size in detail["shape"][1:]))
    dtype = np.dtype(detail["dtype"])
    if dtype == np.float32:  # their sums are exact
        return (rng.integers(0, 17, shape) / 16).astype(np.float32)
    if dtype in (np.int8, np.uint8):
        limits = np.iinfo(dtype)
        return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    return np.zeros(shape, dtype)  # indices of unknown range


def _as_input(values: np.ndarray, detail: dict) -> np.ndarray:
    if values.dtype.kind != "f":
        return values.astype(detail["dtype"])
    try:
        return quantize(values, detail)
    except ValueError as error:
        raise ConversionError(f"samples of real numbers for {error}") from error
