"""The one error that conversion raises for a model it cannot convert."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class ConversionError(ValueError):
    """A model cannot be converted. The message is one line that names the
    thing, what was found, what is wanted, and the way out."""


def first_line(error: Exception) -> str:
    """The first line of what an exception says."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__


@contextlib.contextmanager
def converting(layer: str | None = None) -> Iterator[None]:
    """Turns errors that know nothing of Keras into one that names ``layer``, or speaks of
    the network, where no layer is known.

    Want of memory and errors of the system pass: no layer is to blame for them.
    """
    try:
        yield
    except (ConversionError, OSError, MemoryError):
        raise
    except Exception as error:
        what, way_out = "the network", ""
        if layer is not None:
            what, way_out = f"layer '{layer}'", "; to go on, build the layer another way"
        raise ConversionError(
            f"{what} could not be converted, for a reason unknown to the converter "
            f"({type(error).__name__}: {first_line(error)}): please report it with this "
            f"model{way_out}"
        ) from error
