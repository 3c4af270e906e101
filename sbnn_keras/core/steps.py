"""How many training steps an epoch of Keras's `fit` takes, told before it begins."""

import math
import numbers
from collections.abc import Mapping

from sbnn_keras.core.arguments import check_number, check_whole


def count_samples(x) -> int | None:
    """Samples of an array, or of arrays in lists, tuples and dictionaries; None for no arrays.

    Args:
        x: as of `keras.Model.fit`; arrays are what has a shape, [n, ...], whoever made them.
    """
    leaves = list(_leaves(x))
    for leaf in leaves:
        shape = getattr(leaf, "shape", None)
        if shape is not None and len(shape) > 0:
            return len(leaf) if shape[0] is None else int(shape[0])
    if isinstance(x, (list, tuple)) and leaves and all(map(_is_scalar, leaves)):
        return len(x)  # Keras 2 takes lists of numbers as an array
    return None


def count_steps(x, batch_size: int, validation_split=0.0, steps_per_epoch=None) -> int:
    """Steps of an epoch over `x`.

    Args:
        x: as of `keras.Model.fit`: arrays, or what gives batches.
        batch_size: samples in a step; what gives batches has its own.
        validation_split: share of the samples that Keras sets aside, in [0, 1).
        steps_per_epoch: as of `keras.Model.fit`.

    Raises:
        ValueError: there are no samples, or the number of batches is not known or below
            `steps_per_epoch`.
    """
    split = check_number(
        validation_split or 0.0, "validation_split", "a share in [0, 1)", lambda s: 0 <= s < 1
    )
    samples = count_samples(x)
    if samples is None:
        steps = _count_batches(x)
    elif samples == 0:
        raise ValueError("Wrong `x`: found no samples, wanted at least one.")
    else:
        # As Keras divides them, which refuses to train on none.
        steps = max(1, math.ceil(math.floor(samples * (1.0 - split)) / batch_size))
    if steps_per_epoch is not None:
        wanted = check_whole(steps_per_epoch, "steps_per_epoch", at_least=1)
        if steps is not None and wanted > steps:
            raise ValueError(
                f"Wrong `steps_per_epoch`: found {wanted}, wanted at most {steps}, after which "
                "the data ends; a tf.data.Dataset goes on with `repeat()`."
            )
        return wanted
    if steps is None:
        raise ValueError(
            f"Steps of an epoch are not known: found `x` of the type {type(x).__name__} without a "
            "known length, wanted arrays, or batches and `steps_per_epoch`, their number."
        )
    return steps


def _leaves(x):
    if isinstance(x, Mapping):
        x = list(x.values())
    if isinstance(x, (list, tuple)):
        for item in x:
            yield from _leaves(item)
    elif x is not None:
        yield x


def _is_scalar(leaf) -> bool:
    return isinstance(leaf, (numbers.Number, str, bytes))


def _count_batches(x) -> int | None:
    """Batches of a dataset, a `Sequence` and its like; None if they end nowhere or somewhere."""
    try:
        if hasattr(x, "cardinality"):  # below 0 for the infinite and the unknown
            batches = int(x.cardinality())
        elif hasattr(x, "num_batches"):  # a `PyDataset` of Keras 3
            batches = x.num_batches
        elif isinstance(x, (list, tuple, Mapping, str)):
            return None
        else:
            batches = len(x)
    except (TypeError, NotImplementedError):
        return None
    return None if batches is None or batches < 0 else max(1, int(batches))
