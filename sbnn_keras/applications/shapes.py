"""What all networks of this folder ask of their arguments."""

from collections.abc import Callable

from sbnn_keras.core.arguments import check_number, check_whole, is_whole


def check_top(classes, width) -> None:
    """Raises ValueError unless there is a class, and a width above 0."""
    check_whole(classes, "classes", at_least=1)
    check_number(width, "width", "a number above 0", lambda number: 0 < number < 100)


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
