"""The compilers and emulators that a benchmark wants, or one line of which are missing."""

import sys
from pathlib import Path

from sbnn_converter import emulation


def require_tools(*cores: emulation.Core) -> None:
    """Ends the program with status 1 unless there are the tools for these cores."""
    try:
        emulation.require_tools(*cores)
    except emulation.MissingTools as error:
        sys.exit(f"{Path(sys.argv[0]).name}: error: {error}")
