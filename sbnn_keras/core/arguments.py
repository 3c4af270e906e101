"""Checks of arguments: a wrong one is a ValueError that says what was wanted."""

import numbers

import numpy as np


def is_whole(value) -> bool:
    """True for whole numbers, Python's and NumPy's, and not for True and False."""
    return isinstance(value, numbers.Integral) and not isinstance(value, (bool, np.bool_))


def check_whole(value, argument: str, at_least: int) -> int:
    """Returns `value` as an int, or raises if it is no whole number or below a bound."""
    if not is_whole(value) or value < at_least:
        raise ValueError(
            f"Wrong `{argument}`: found {value!r}, wanted a whole number of at least {at_least}."
        )
    return int(value)


def check_number(value, argument: str, wanted: str, holds) -> float:
    """Returns `value` as a float, or raises if it is no number or `holds` is not true.

    Args:
        value: what was given.
        argument: its name.
        wanted: what was wanted, in words.
        holds: function of the number.
    """
    is_number = isinstance(value, (numbers.Real, np.number)) and not isinstance(
        value, (bool, np.bool_)
    )
    if not is_number or not holds(float(value)):
        raise ValueError(f"Wrong `{argument}`: found {value!r}, wanted {wanted}.")
    return float(value)


def check_names(names, argument: str) -> None:
    """Raises unless `names` are strings, or None.

    A single string, too: its letters would pass for names of layers.
    """
    if names is None:
        return
    found = names
    if not isinstance(names, str) and hasattr(names, "__iter__"):
        others = [name for name in names if not isinstance(name, str)]
        if not others:
            return
        found = others[0]
    example = names if isinstance(names, str) else "first"
    raise ValueError(
        f"Wrong `{argument}`: found {found!r}, wanted a list of layer names, for "
        f"example [{example!r}]."
    )
