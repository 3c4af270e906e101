"""The version, which is written in ``sbnn_keras/version.py`` alone.

Importing `sbnn_keras` can choose a Keras and load it, which inspecting a file should not:
that one file is run by its path.
"""

import importlib.util
import runpy
from pathlib import Path


def _written_in(package: str) -> str:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.origin is not None  # one distribution has both packages
    return runpy.run_path(str(Path(spec.origin).with_name("version.py")))["__version__"]


__version__ = _written_in("sbnn_keras")
