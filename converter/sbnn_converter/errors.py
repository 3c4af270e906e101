"""The one error that conversion raises for a model it cannot convert."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class ConversionError(ValueError):
    """A model cannot be converted. The message is one line that names the
    thing, what was found, what is wanted, and the way out."""


@contextlib.contextmanager
def converting(layer: str) -> Iterator[None]:
    """Turns errors that know nothing of Keras into one that names ``layer``.

    Want of memory and errors of the system pass: no layer is to blame for them.
    """
    try:
        yield
    except (ConversionError, OSError, MemoryError):
        raise
    except Exception as error:
        found = next(iter(str(error).strip().splitlines()), "no message")
        raise ConversionError(
            f"layer '{layer}' could not be converted, for a reason unknown to the "
            f"converter ({type(error).__name__}: {found}): please report it with this "
            "model; to go on, build the layer another way"
        ) from error
