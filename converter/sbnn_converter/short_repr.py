"""Reprs that fit a line: arrays as type and shape, long collections as counts."""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Collection, Mapping

import numpy as np

_FEW = 6
_TEXT = reprlib.Repr()
_TEXT.maxstring = _TEXT.maxother = 60


class ShortRepr:
    """For dataclasses with ``repr=False``: ``Name(field=value, ...)``, kept short."""

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{field.name}={_short(getattr(self, field.name))}"
            for field in dataclasses.fields(self)  # type: ignore[arg-type]  # mixin of dataclasses
            if field.repr
        )
        return f"{type(self).__name__}({shown})"


def _short(value) -> str:
    if isinstance(value, np.ndarray):
        return f"<{value.dtype} {list(value.shape)}>"
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, Collection) and not isinstance(value, str):
        return _collection(value)
    return _TEXT.repr(value)


def _collection(values: Collection) -> str:
    items = [*values.keys(), *values.values()] if isinstance(values, Mapping) else values
    if len(values) <= _FEW and all(_is_plain(item) for item in items):
        return _TEXT.repr(values)
    kinds = {type(value).__name__ for value in items}
    return f"<{len(values)} {kinds.pop() if len(kinds) == 1 else 'items'}>"


def _is_plain(item) -> bool:
    if isinstance(item, str):
        return len(item) <= _TEXT.maxstring and item.isprintable()
    return item is None or isinstance(item, (int, float, np.generic))
