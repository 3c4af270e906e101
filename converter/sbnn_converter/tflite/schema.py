"""The TFLite schema's Python classes, without TensorFlow itself.

They come with TensorFlow's wheel, but importing them by their name would start
all of TensorFlow, which takes seconds: far too long for looking at a file. The
module needs nothing but ``flatbuffers`` and NumPy, so it is loaded by its path, when a
class is first asked for: what reads no file needs no wheel.

``Model``, ``ModelT`` and all others of its classes have their names here;
``TYPE_NAMES`` and ``BUILTIN_NAMES`` say what it calls a number of a type and of an op.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

_NAME = "tensorflow.lite.python.schema_py_generated"


@functools.cache
def _schema() -> ModuleType:
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    # find_spec of a top-level name looks for it and imports nothing.
    tensorflow = importlib.util.find_spec("tensorflow")
    if tensorflow is None or not tensorflow.submodule_search_locations:
        raise ImportError(
            "TensorFlow is not installed: its wheel holds the TFLite schema; pip install tensorflow"
        )
    root = Path(next(iter(tensorflow.submodule_search_locations)))
    path = root.joinpath(*_NAME.split(".")[1:]).with_suffix(".py")
    loader = SourceFileLoader("sbnn_converter_tflite_schema", str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    if spec is None:
        raise ImportError(f"'{path}' is no Python module; install TensorFlow again")
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


_NAMES = {"TYPE_NAMES": "TensorType", "BUILTIN_NAMES": "BuiltinOperator"}


def __getattr__(name: str):
    """A class of the schema, or the names of an enumeration's numbers.

    Raises:
      AttributeError: the schema has no such class.
      ImportError: TensorFlow is not installed.
    """
    if name.startswith("__"):  # asked of every module: no reason to load
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _NAMES:
        found = _names(getattr(_schema(), _NAMES[name]))
    else:
        found = getattr(_schema(), name)
    globals()[name] = found
    return found


def enumeration(name: str) -> dict[int, str]:
    """What the enumeration ``name`` calls each of its numbers."""
    return _names(getattr(_schema(), name))


def _names(cls) -> dict[int, str]:
    return {number: name for name, number in vars(cls).items() if name[0] != "_"}


def builtin_options(operator, name: str):
    """The options ``name``, such as ``"GatherOptions"``, of an operator.

    Raises:
      TypeError: the operator has none.
    """
    union = operator.BuiltinOptions()
    if union is None:
        raise TypeError(f"an operator without {name}")
    options = getattr(_schema(), name)()
    options.Init(union.Bytes, union.Pos)
    return options


def unpacked_options(operator):
    """The options of a builtin operator as an object; None if it has none."""
    if operator.BuiltinOptions() is None:
        return None
    return _schema().BuiltinOptionsCreator(operator.BuiltinOptionsType(), operator.BuiltinOptions())
