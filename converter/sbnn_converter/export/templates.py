"""Fills in texts that lie beside the program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_PLACE = re.compile(r"@([a-z_]+)@")


def fill(template: Path, values: Mapping[str, object]) -> str:
    """The text of a file with every ``@name@`` replaced.

    Raises:
      KeyError: ``values`` lacks a name.
    """
    return _PLACE.sub(lambda place: str(values[place[1]]), template.read_text())
