"""The one error for a file that is no whole TFLite flatbuffer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

WAY_OUT = "convert the model again"


class DamagedFile(ValueError):
    """Bytes that begin like a TFLite flatbuffer and cannot be read as one."""


@contextlib.contextmanager
def reading_flatbuffer() -> Iterator[None]:
    """Makes a ``DamagedFile`` of whatever reading a flatbuffer inside it raises.

    The flatbuffers library does not verify; it fails in whatever way the wrong bytes
    lead it to (struct, index, type, unicode, memory).
    """
    try:
        yield
    except DamagedFile:
        raise
    except Exception as error:
        raise DamagedFile(
            f"the TFLite flatbuffer is damaged ({type(error).__name__} while reading it); {WAY_OUT}"
        ) from error
