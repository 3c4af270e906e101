"""What all networks of this folder ask of their arguments."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from sbnn_keras.core.arguments import check_number, check_whole, is_whole


def check_common(classes, width, include_top, name) -> None:
    """Raises ValueError unless there is a class, a width above 0, a switch and a name."""
    check_whole(classes, "classes", at_least=1)
    wanted = "a number above 0 and below 100"
    check_number(width, "width", wanted, lambda number: 0 < number < 100)
    is_switch = isinstance(include_top, (bool, np.bool_))
    if not is_switch and not (is_whole(include_top) and include_top in (0, 1)):
        raise ValueError(f"Wrong `include_top`: found {include_top!r}, wanted True or False.")
    if name is not None and not isinstance(name, str):
        raise ValueError(f"Wrong `name`: found {name!r}, wanted text, such as 'first_network'.")


def check_input_shape(input_shape, wanted: str, fits: Callable[[tuple], bool]) -> None:
    """Raises ValueError unless all sizes are whole, above 0, and together as `fits` says.

    Args:
        input_shape: of a sample, as users gave it.
        wanted: what is, in words.
        fits: whether sizes are.
    """
    is_shape = hasattr(input_shape, "__getitem__") and not isinstance(input_shape, (str, dict))
    sizes = tuple(input_shape) if is_shape else ()
    if not all(is_whole(size) and size > 0 for size in sizes) or not fits(sizes):
        raise ValueError(f"Wrong `input_shape`: found {input_shape!r}, wanted {wanted}.")


def channels(count: int, width: float) -> int:
    """A layer's channels in a network of another width, at least one."""
    return max(1, round(width * count))


def stages(counts: Sequence[int], width: float) -> list[int]:
    """Channels of a stream's layers in a network of another width.

    The first is rounded, the others are multiples of those before them as in `counts`: each
    rounded by itself, 128 and 256 would be 38 and 77 at 0.3, which no stream goes through.
    """
    found = [channels(count, width) for count in counts[:1]]
    for before, count in itertools.pairwise(counts):
        found.append(found[-1] * int(count // before))
    return found
