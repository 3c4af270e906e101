"""The interpreter in the wheel ``tflite-micro``, without TensorFlow.

Importing the wheel starts all of TensorFlow, which takes seconds, for a class that opens
files and a function that tidies up documentation. Where TensorFlow is not loaded,
Python's own stand in for them while the wheel is imported.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from types import ModuleType

_USED: dict[str, dict[str, object]] = {
    "tensorflow.python.platform.gfile": {"GFile": open, "Exists": os.path.exists},
    "tensorflow.python.util.all_util": {"remove_undocumented": lambda *_, **__: None},
}
_lock = threading.Lock()


@functools.cache
def micro_runtime() -> ModuleType:
    """The wheel's module ``runtime``.

    Raises:
      ImportError: the wheel is not installed.
    """
    with _lock:
        if "tensorflow" not in sys.modules:
            with contextlib.suppress(ImportError), _stand_ins():
                return _import()
        try:
            return _import()  # another release of the wheel may use more of TensorFlow
        except ImportError as error:
            raise ImportError(
                f"TensorFlow Lite Micro is not installed ({error}): pip install 'sbnn-keras[micro]'"
            ) from error


def _import() -> ModuleType:
    with warnings.catch_warnings():
        # Of how the wheel looks for its own files: no user of ours can mend that.
        warnings.filterwarnings("ignore", "pkg_resources is deprecated")
        try:
            from tflite_micro.python.tflite_micro import runtime
        except ImportError:
            from tflite_micro import runtime
    return runtime


@contextlib.contextmanager
def _stand_ins() -> Iterator[None]:
    modules: dict[str, ModuleType] = {}
    for path, members in _USED.items():
        module = _module(path, modules)
        vars(module).update(members)
    sys.modules.update(modules)
    try:
        yield
    finally:
        for path in modules:
            sys.modules.pop(path, None)


def _module(path: str, modules: dict[str, ModuleType]) -> ModuleType:
    """The empty module ``path``, made in ``modules`` with the packages around it."""
    if path not in modules:
        modules[path] = ModuleType(path)
        modules[path].__path__ = []
        package, _, name = path.rpartition(".")
        if package:
            setattr(_module(package, modules), name, modules[path])
    return modules[path]
