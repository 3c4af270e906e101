"""Real numbers to and from the whole numbers of quantized inputs and outputs.

A quantized tensor holds q for the real number (q - zero_point) * scale.
"""

from __future__ import annotations

import abc

import numpy as np

from sbnn_converter.runtimes.batches import as_arrays, real_numbers


def _parameters(detail: dict) -> tuple[float, int] | None:
    """Scale and zero point of a tensor; None if it is not quantized."""
    scales = detail["quantization_parameters"]["scales"]
    if len(scales) == 0:
        return None
    if len(scales) > 1:
        raise ValueError(
            f"a tensor with {len(scales)} scales, one a channel: wanted a single scale"
        )
    zero_point = detail["quantization_parameters"]["zero_points"][0]
    return float(scales[0]), int(zero_point)


def quantize(x: np.ndarray, detail: dict) -> np.ndarray:
    """Real numbers as a tensor holds them: rounded to its steps, cut to its range.

    Args:
      x: real numbers of any shape.
      detail: the runtime's description of the tensor.

    Raises:
      ValueError: ``x`` holds no numbers, or NaN for a whole number.
    """
    x = real_numbers("the array", x)
    dtype = np.dtype(detail["dtype"])
    found = _parameters(detail)
    if dtype.kind == "f" or found is None:
        return x.astype(dtype)
    if np.isnan(x).any():
        raise ValueError(f"the array holds NaN, which {dtype.name} cannot: wanted numbers")
    scale, zero_point = found
    limits = np.iinfo(dtype)
    steps = np.rint(x / scale) + zero_point
    return np.clip(steps, limits.min, limits.max).astype(dtype)


def dequantize(y: np.ndarray, detail: dict) -> np.ndarray:
    """The real numbers, float64, that a tensor's values stand for."""
    y = np.asarray(y, np.float64)
    found = _parameters(detail)
    return y if found is None else (y - found[1]) * found[0]


class QuantizedFaces(abc.ABC):
    """What an interpreter with `input_details` and `output_details` offers besides."""

    @property
    @abc.abstractmethod
    def input_details(self) -> list[dict]:
        """The runtime's description of the input tensors."""

    @property
    @abc.abstractmethod
    def output_details(self) -> list[dict]:
        """The runtime's description of the output tensors."""

    def quantize(self, x):
        """Real numbers in the types of the inputs, for ``predict``.

        Args:
          x: array of real numbers for a model with one input, else a list of them
            in the order of ``input_details``.

        Returns:
          As many arrays of the same shapes: int8 for an int8 input, and so on.
          What a model takes as float stays float.
        """
        return _each(quantize, x, self.input_details)

    def dequantize(self, y):
        """The real numbers, float64, that the outputs of ``predict`` stand for.

        Args:
          y: what ``predict`` returned.
        """
        return _each(dequantize, y, self.output_details)


def _each(function, values, details):
    arrays = as_arrays(values, details)
    done = [function(array, detail) for array, detail in zip(arrays, details)]
    is_list = isinstance(values, (list, tuple)) and hasattr(values[0], "shape")
    return done if is_list or len(details) > 1 else done[0]
