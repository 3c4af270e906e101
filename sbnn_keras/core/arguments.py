"""Checks of arguments: a wrong one is a ValueError that says what was wanted."""

import numbers

import numpy as np

# 2**exponent is a normal float32.
_LARGEST_EXPONENT = 126


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


def check_polarity(polarity) -> bool:
    """Returns `polarity` as a bool, or raises a ValueError."""
    is_switch = isinstance(polarity, (bool, np.bool_))
    if not is_switch and not (is_whole(polarity) and polarity in (0, 1)):
        raise ValueError(
            f"Wrong `polarity`: found {polarity!r}, wanted True, False or None (True in "
            "the domain '01')."
        )
    return bool(polarity)


def check_exponent(exponent) -> int | None:
    """Returns the exponent of a power of two as an int, or None; or raises a ValueError."""
    if exponent is None:
        return None
    if not is_whole(exponent) or abs(exponent) > _LARGEST_EXPONENT:
        raise ValueError(
            f"Wrong `exponent`: found {exponent!r}, wanted None or a whole number in "
            f"[-{_LARGEST_EXPONENT}, {_LARGEST_EXPONENT}]; the sums are scaled by "
            "2**exponent."
        )
    return int(exponent)
