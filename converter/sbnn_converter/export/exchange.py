"""Two names exchanged in one step, where the system can.

A folder cannot take the name of another one that holds files, as a file can. With two
renames there is a moment in which the name is nobody's, and a process that is killed
then leaves it so.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux


def exchange(one: Path, other: Path) -> bool:
    """Lets two files or folders of one file system have each other's names.

    Returns:
      Whether they have; False: nothing was changed, as this system or this file system
      cannot do it.
    """
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return False
    names = os.fsencode(one), os.fsencode(other)
    return rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0
