"""The samples of a representative dataset, as users give them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from sbnn_converter import graph as g
from sbnn_converter.errors import ConversionError, first_line


def checked_samples(
    graph: g.Graph, dataset: Callable[[], Iterable[list[np.ndarray]]]
) -> Iterator[list[np.ndarray]]:
    """Each sample as one array for each input of the network, in the input's type.

    Raises:
      ConversionError: a sample has the wrong form, or the dataset fails or is empty.
    """
    index = -1
    for index, sample in enumerate(samples_of(dataset)):
        yield _checked(graph, sample, index)
    if index < 0:
        raise ConversionError(
            "the representative dataset is empty: a hundred typical inputs are wanted"
        )


def samples_of(dataset: Callable[[], Iterable[list[np.ndarray]]]) -> Iterator:
    """The samples; what goes wrong in the user's function is said to be its own."""
    count = 0
    try:
        for sample in dataset():
            yield sample
            count += 1
    except (OSError, MemoryError):
        raise
    except Exception as error:
        raise ConversionError(
            f"the representative dataset fails at sample {count} with {type(error).__name__}: "
            f"{first_line(error)}"
        ) from error


def _in_order(graph: g.Graph, sample, index: int) -> list:
    """What a sample holds for each input: a dictionary is asked by the inputs' names."""
    if isinstance(sample, dict):
        names = [n.name for n in graph.inputs]
        if set(sample) != set(names):
            raise ConversionError(
                f"sample {index} of the representative dataset has the keys "
                f"{', '.join(map(str, sample))}: wanted the names of the model's inputs, "
                f"{', '.join(names)}"
            )
        return [sample[name] for name in names]
    if not isinstance(sample, (list, tuple, np.ndarray)):
        raise ConversionError(
            f"sample {index} of the representative dataset is of type "
            f"{type(sample).__name__}: wanted a list with one array for each input"
        )
    return list(sample)


def _checked(graph: g.Graph, sample, index: int) -> list[np.ndarray]:
    found = _in_order(graph, sample, index)
    if len(found) != len(graph.inputs):
        raise ConversionError(
            f"sample {index} of the representative dataset has {len(found)} arrays: "
            f"one for each of the model's {len(graph.inputs)} inputs is wanted"
        )
    arrays = []
    for given, node in zip(found, graph.inputs):
        try:
            array = np.asarray(given, node.dtype.as_numpy_dtype)
        except (TypeError, ValueError) as error:
            raise ConversionError(
                f"sample {index} of the representative dataset holds, for input '{node.name}', "
                f"what is no array of numbers: {first_line(error)}"
            ) from error
        arrays.append(array)
        if array.shape[1:] != node.shape or array.ndim == 0:
            raise ConversionError(
                f"sample {index} of the representative dataset has shape "
                f"{array.shape} for input '{node.name}': (1, "
                f"{', '.join(map(str, node.shape))}) is wanted"
            )
        if not np.isfinite(array).all():
            raise ConversionError(
                f"sample {index} of the representative dataset holds NaN or infinite "
                f"values for input '{node.name}'"
            )
    return arrays
