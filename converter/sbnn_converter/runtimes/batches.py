"""What ``predict`` takes and gives back: any number of samples, run a few at a time."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

import numpy as np


def as_arrays(values, details: Sequence[dict]) -> list:
    """An array for each tensor, from one array or a list of them.

    Numbers in plain lists are one array, as for NumPy.

    Args:
      values: for one tensor an array, or a list that holds it; else a list of arrays.
      details: the tensors, as the runtime describes them.

    Raises:
      ValueError: there are more or fewer arrays than tensors, or none at all.
    """
    wanted = len(details)
    if isinstance(values, dict) or values is None:
        raise ValueError(
            f"found {type(values).__name__}, wanted an array for each of the {wanted} "
            "tensors, in the order of the interpreter's details"
        )
    several = isinstance(values, (list, tuple)) and (
        wanted > 1 or any(hasattr(value, "shape") for value in values)
    )
    if not several:
        values = [values]
    if len(values) != wanted:
        stack = "; numpy.stack makes one of many samples" if wanted == 1 else ""
        raise ValueError(f"found {len(values)} arrays, wanted {wanted}, one for each tensor{stack}")
    return list(values)


def check_batches(x, details: Sequence[dict]) -> list[np.ndarray]:
    """Checks the inputs of ``predict`` against a runtime's description of them.

    Args:
      x: an array, or a list of one array for each input.
      details: the inputs, with ``shape`` and ``dtype``.

    Returns:
      One array for each input, in its type.

    Raises:
      ValueError: number, shape, sizes or types of the inputs do not fit, or an input
        cannot hold the values.
    """
    batches = [real_numbers(f"input {i}", v) for i, v in enumerate(as_arrays(x, details))]
    for index, (batch, detail) in enumerate(zip(batches, details)):
        wanted = tuple(int(d) for d in detail["shape"][1:])
        if batch.ndim == 0 or batch.shape[1:] != wanted:
            raise ValueError(f"input {index} has shape {batch.shape}, wanted {('n', *wanted)}")
        if len(batch) != len(batches[0]):
            raise ValueError(
                f"input {index} has {len(batch)} samples, wanted {len(batches[0])} as in input 0"
            )
    if len(batches[0]) == 0:
        raise ValueError("the batch is empty: wanted at least one sample")
    return [
        _of_type(index, batch, np.dtype(detail["dtype"]))
        for index, (batch, detail) in enumerate(zip(batches, details))
    ]


def real_numbers(name: str, values) -> np.ndarray:
    """``values`` as an array of real or whole numbers.

    Raises:
      ValueError: they are none.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise ValueError(
            f"{name} is a masked array, and the network knows no mask: wanted "
            "numbers everywhere, as its filled() gives"
        )
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(
            f"{name} is a list whose parts differ in length: wanted an array"
        ) from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} is of type {array.dtype}: wanted real or whole numbers")
    return array


def _of_type(index: int, batch: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """``batch`` in the input's type.

    Raises:
      ValueError: it would hold other numbers then.
    """
    if dtype.kind in "iu":
        if batch.dtype.kind == "f":
            raise ValueError(
                f"input {index} holds {batch.dtype.name} numbers, wanted {dtype.name}: "
                "convert real numbers with the interpreter's quantize()"
            )
        limits = np.iinfo(dtype)
        smallest, largest = int(batch.min()), int(batch.max())
        if smallest < limits.min or largest > limits.max:
            raise ValueError(
                f"input {index} holds whole numbers from {smallest} to {largest}, wanted "
                f"{limits.min} to {limits.max} as {dtype.name} holds: convert real numbers, "
                "such as pixels, with the interpreter's quantize()"
            )
    return np.ascontiguousarray(batch, dtype)


def check_batch_size(batch_size) -> int:
    """``batch_size`` as a whole number of at least 1.

    Raises:
      ValueError: it is none.
    """
    try:
        size = operator.index(batch_size)
    except TypeError:
        size = 0
    if size < 1:
        raise ValueError(
            f"Wrong `batch_size`: found {batch_size!r}, wanted a whole number, 1 or more."
        )
    return size


def run_in_parts(
    run: Callable[[list[np.ndarray]], list[np.ndarray]],
    batches: list[np.ndarray],
    size: int,
) -> list[np.ndarray]:
    """Runs ``size`` samples at a time, the last time as many as are left.

    Args:
      run: from arrays of some samples to the outputs for them.
      batches: an array of all samples for each input.

    Returns:
      Each output for all samples.

    Raises:
      ValueError: an output's first axis is not that of the samples.
    """
    count = len(batches[0])
    parts = []
    for i in range(0, count, size):
        part = [batch[i : i + size] for batch in batches]
        parts.append(run(part))
        check_rows(parts[-1], len(part[0]), count)
    return [o[0] if len(o) == 1 else np.concatenate(o) for o in zip(*parts)]


def check_rows(outputs: list[np.ndarray], size: int, count: int) -> None:
    """Checks that outputs for ``size`` of ``count`` samples have a row for each.

    Raises:
      ValueError: one has not, and can therefore not be put together from parts.
    """
    for index, output in enumerate(outputs):
        if count > 1 and (output.ndim == 0 or len(output) != size):
            raise ValueError(
                f"output {index} has shape {output.shape} for {size} sample"
                f"{'' if size == 1 else 's'}: its first axis is not that of the samples; "
                f"give predict {size} at a time"
            )
