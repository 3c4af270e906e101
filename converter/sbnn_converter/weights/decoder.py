"""Reads weight codes back, in NumPy and in linear time."""

from __future__ import annotations

import numpy as np

from sbnn_converter.weights.code import BY_NUMBER
from sbnn_converter.weights.coded import Connections, CorruptCode, WeightCode

__all__ = ["CorruptCode", "decode", "read_connections"]


def decode(code: WeightCode) -> np.ndarray:
    """The indices of the connections alone, see ``read_connections``: int64, ascending."""
    return read_connections(code).indices


def read_connections(code: WeightCode) -> Connections:
    """The connections of a coded kernel.

    Checks what the C readers check (``sbnn_check_connections``): what this
    function accepts, they accept.

    Args:
      code: the code, for example from a file.

    Raises:
      CorruptCode: the words do not hold exactly ``connections`` of them below
        ``weights`` with their signs, or go on behind them.
    """
    if not 0 <= code.connections <= code.weights:
        raise CorruptCode(f"found {code.connections} connections among {code.weights} weights")
    if code.code not in BY_NUMBER:
        *names, last = (f"{number} ({coding.name})" for number, coding in BY_NUMBER.items())
        raise CorruptCode(f"found code {code.code}, wanted {', '.join(names)} or {last}")
    return BY_NUMBER[code.code].read(code)
