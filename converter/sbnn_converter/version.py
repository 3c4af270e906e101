"""The version that is installed; it is written in ``pyproject.toml`` alone."""

import importlib.metadata


def _installed() -> str:
    for distribution in ("sbnn-keras", "sbnn-keras3"):
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "unknown"  # sources that nobody has installed


__version__ = _installed()
