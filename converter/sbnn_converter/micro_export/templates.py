"""Fills in the texts of an exported folder, which lie beside this file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).with_name("templates")
_PLACE = re.compile(r"@([a-z_]+)@")


def fill(template: str, values: Mapping[str, object]) -> bytes:
    """The text of ``templates/<template>`` with every ``@name@`` replaced.

    Raises:
      KeyError: ``values`` lacks a name.
    """
    text = (_FOLDER / template).read_text()
    return _PLACE.sub(lambda place: str(values[place[1]]), text).encode()
