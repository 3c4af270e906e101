"""The version that is installed; it is written in ``pyproject.toml`` alone."""

import importlib.metadata

try:
    __version__ = importlib.metadata.version("sbnn-keras")
except importlib.metadata.PackageNotFoundError:  # sources that nobody has installed
    __version__ = "unknown"
