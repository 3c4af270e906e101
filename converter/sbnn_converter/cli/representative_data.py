"""Representative samples from a .npz file, matched with a model's inputs."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

LABELS = "labels"  # the array that holds the samples' classes
_WANTED = "wanted a .npz file with an array for each input, as numpy.savez writes it"


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Reads all arrays of a .npz file.

    Raises:
      FileNotFoundError: there is no such file.
      ValueError: it is no .npz file, damaged, or empty.
    """
    if not path.is_file():
        raise FileNotFoundError(f"representative data '{path}' does not exist; {_WANTED}")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"representative data '{path}' is no .npz file; {_WANTED}")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"cannot read representative data '{path}': {error}; {_WANTED}") from error
    # NumPy hands out as bytes what is no array of its own.
    others = [name for name, found in arrays.items() if not isinstance(found, np.ndarray)]
    if others:
        raise ValueError(f"representative data '{path}' holds '{others[0]}', no array; {_WANTED}")
    if not arrays:
        raise ValueError(f"representative data '{path}' holds no array; {_WANTED}")
    return arrays


def take_labels(
    arrays: Mapping[str, np.ndarray], inputs: Sequence[str]
) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """Parts the array ``labels`` from the samples, if there is one.

    Args:
      arrays: name to array. ``labels`` holds a sample's class as a whole number, of
        shape ``[n]`` or ``[n, 1]``.
      inputs: names of the model's inputs; one that is called so keeps its samples.

    Returns:
      The other arrays, and the labels, int ``[n]``, or None.

    Raises:
      ValueError: the labels are no classes.
    """
    rest = dict(arrays)
    if LABELS in inputs or LABELS not in rest or len(rest) == 1:
        return rest, None
    labels = rest.pop(LABELS)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"representative data '{LABELS}' is of shape {labels.shape} and type "
            f"{labels.dtype}: wanted the class of each sample as a whole number, (n,); "
            "of one-hot rows that is rows.argmax(-1)"
        )
    lengths = {len(array) for array in rest.values() if array.ndim}
    if lengths and lengths != {len(labels)}:
        raise ValueError(
            f"representative data has {len(labels)} in '{LABELS}', but "
            f"{', '.join(map(str, sorted(lengths)))} samples: wanted one for each"
        )
    return rest, labels


def match_inputs(
    arrays: Mapping[str, np.ndarray], inputs: Sequence[tuple[str, tuple[int, ...]]]
) -> list[np.ndarray]:
    """Puts the arrays into the order of a model's inputs.

    A single array serves the only input of a model, whatever its name.

    Args:
      arrays: name to array of shape ``[n, *shape of the input]``.
      inputs: name and shape, without the batch, of every input.

    Returns:
      An array for each input, float32, all with the same n > 0.

    Raises:
      ValueError: an array is missing, empty, of the wrong shape or no numbers.
    """
    if len(inputs) == 1 and len(arrays) == 1:
        arrays = {inputs[0][0]: next(iter(arrays.values()))}
    matched = []
    for name, shape in inputs:
        if name not in arrays:
            raise ValueError(
                f"representative data has no array '{name}': found "
                f"{', '.join(sorted(arrays))}; save it with numpy.savez(path, "
                f"{name}=...)"
            )
        matched.append(_checked(name, arrays[name], shape))
    if len({len(array) for array in matched}) > 1:
        sizes = ", ".join(f"{len(a)} in '{n}'" for a, (n, _) in zip(matched, inputs))
        raise ValueError(
            f"representative data has different numbers of samples: {sizes}; wanted "
            "the same for every input"
        )
    return matched


def _checked(name: str, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if array.dtype.kind not in "fiub":
        raise ValueError(f"representative data '{name}' is of type {array.dtype}: wanted numbers")
    if array.ndim == 0 or array.shape[1:] != tuple(shape):
        wanted = ", ".join(["n", *map(str, shape)])
        raise ValueError(f"representative data '{name}' has shape {array.shape}, wanted ({wanted})")
    if len(array) == 0:
        raise ValueError(
            f"representative data '{name}' is empty: wanted at least one sample, better a hundred"
        )
    if not np.isfinite(array).all():
        raise ValueError(
            f"representative data '{name}' holds NaN or infinite values: wanted finite ones"
        )
    return array.astype(np.float32)


def as_dataset(
    samples: Sequence[np.ndarray],
) -> Callable[[], Iterator[list[np.ndarray]]]:
    """The samples as tf.lite wants them: a function that yields one at a time."""

    def dataset() -> Iterator[list[np.ndarray]]:
        for i in range(len(samples[0])):
            yield [array[i : i + 1] for array in samples]

    return dataset
