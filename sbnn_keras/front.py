"""Which front is meant: the layers of Keras 2, over Larq's, or those of Keras 3.

`sbnn_keras.SparseBinaryDense` has two forms. Which one a script means is decided when
the first such name is asked for, by the first of these that holds:

1. `SBNN_KERAS=2` or `SBNN_KERAS=3` in the environment;
2. `TF_USE_LEGACY_KERAS=1` there, or Larq or tf_keras imported: Keras 2;
3. Keras 3 in use, by `import keras` or by any use of `tf.keras`: Keras 3;
4. Keras 2, if it is installed, else Keras 3.

`sbnn_keras.keras2` and `sbnn_keras.keras3` are always what they say. Where Keras 3 is
`tf.keras` already, Keras 2 cannot be: Larq or tf_keras beside it then decide nothing.
"""

import importlib
import importlib.abc
import importlib.util
import os
import sys
from types import FrameType, ModuleType

VARIABLE = "SBNN_KERAS"
KERAS_2, KERAS_3 = "keras2", "keras3"
_PACKAGE = "sbnn_keras"
_OF_KERAS_2 = ("larq", "tf_keras")
# Libraries that import Keras 3 for themselves: TensorFlow does whenever it is imported.
_OWN_USES = {"keras", "tensorflow", "tf_keras", "larq", "sbnn_keras", "sbnn_converter"}

_chosen: str | None = None


def chosen_front() -> ModuleType:
    """The package of the front that is meant, `sbnn_keras.keras2` or `.keras3`.

    Raises:
        ImportError: the environment names no front, or what it needs is not installed.
    """
    global _chosen
    if _chosen is None:
        found = asked_for() or keras_in_use() or _default()
        package = importlib.import_module(f"{_PACKAGE}.{found}")
        _chosen = found
        return package
    return importlib.import_module(f"{_PACKAGE}.{_chosen}")


def chosen_keras() -> ModuleType:
    """Keras as the front that is meant uses it: `tf_keras`, or `keras` itself."""
    of_keras_3 = chosen_front().__name__ == f"{_PACKAGE}.{KERAS_3}"
    return importlib.import_module("keras" if of_keras_3 else "tf_keras")


def chosen_kernels() -> ModuleType:
    """What finds the sparse binary kernels of models of the front that is meant."""
    return importlib.import_module(f"{chosen_front().__name__}.kernels")


def asked_for() -> str | None:
    """The front that the environment or an import of Keras 2 names, if any.

    Raises:
        ImportError: the environment names no front that there is.
    """
    named = os.environ.get(VARIABLE)
    if named:
        if named not in ("2", "3"):
            raise ImportError(
                f"Wrong {VARIABLE}: found {named!r}, wanted 2 (layers of Keras 2 and Larq) or "
                "3 (layers of Keras 3), or nothing."
            )
        return KERAS_2 if named == "2" else KERAS_3
    if os.environ.get("TF_USE_LEGACY_KERAS", "").lower() in ("1", "true"):
        return KERAS_2
    if any(name in sys.modules for name in _OF_KERAS_2) and not tf_keras_is_keras_3():
        return KERAS_2
    return None


def keras_in_use() -> str | None:
    """Keras 3, if something uses it."""
    if tf_keras_is_keras_3():
        if all(map(is_installed, _OF_KERAS_2)):
            print(
                "sbnn_keras: layers of Keras 3, as tf.keras has been used before them. For those "
                f"of Keras 2 and Larq set {VARIABLE}=2, or import a layer before tf.keras is used.",
                file=sys.stderr,
            )
        return KERAS_3
    return KERAS_3 if _keras_is_used() else None


def _default() -> str:
    return KERAS_2 if all(map(is_installed, _OF_KERAS_2)) else KERAS_3


def is_installed(package: str) -> bool:
    """Whether a package could be imported; to ask so of Larq does not make `tf.keras` Keras 2."""
    if package in sys.modules:
        return sys.modules[package] is not None
    others = (finder for finder in sys.meta_path if not isinstance(finder, ModulesOfFront))
    return any(finder.find_spec(package, None) for finder in others)


def tf_keras_is_keras_3() -> bool:
    """Whether `tf.keras` has been used, and is Keras 3."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return False
    loaded = sys.modules.get("tensorflow.keras")
    if loaded is None:
        # The lazy loader replaces itself by the module that it has resolved.
        loaded = vars(tensorflow).get("keras")
        state = vars(loaded) if loaded is not None else {}
        if state.get("_tfll_initialized") is False:
            return False
        if "_tfll_keras_version" in state:
            return state["_tfll_keras_version"] == "keras_3"
    version = getattr(loaded, "__version__", "")
    return version.startswith("3.")


def _keras_is_used() -> bool:
    """Whether somebody has imported Keras 3 itself, TensorFlow's own import aside."""
    if "keras" not in sys.modules:
        return False
    # In the order of loading; a package itself stands behind all that it has loaded.
    parts = (name.split(".")[0] for name in sys.modules if "." in name)
    if next(part for part in parts if part in ("keras", "tensorflow")) == "keras":
        return True
    spaces = [
        vars(module)
        for name, module in list(sys.modules.items())
        if isinstance(module, ModuleType) and name.split(".")[0] not in _OWN_USES
    ]
    return any(_is_of_keras(value) for space in [*spaces, *_locals()] for value in _values(space))


def _locals():
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__", "").split(".")[0] not in _OWN_USES:
            yield frame.f_locals
        frame = frame.f_back


def _values(space) -> list:
    # TensorFlow's lazy `keras` is of a class of its own, and is asked for itself.
    return [v for v in list(space.values()) if type(v) is ModuleType or isinstance(v, type)]


def _is_of_keras(value) -> bool:
    name = value.__name__ if isinstance(value, ModuleType) else value.__module__
    return isinstance(name, str) and (name == "keras" or name.startswith("keras."))


class ModulesOfFront(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `sbnn_keras.quantizers` and its like in the front that is meant.

    It also sees when Larq is about to be imported, which needs Keras 2 as `tf.keras`.
    """

    def find_spec(self, fullname, path=None, target=None):
        selects_keras_2 = fullname == "larq" and is_installed("larq")
        if selects_keras_2 and not tf_keras_is_keras_3() and _chosen != KERAS_3:
            importlib.import_module(f"{_PACKAGE}.as_tf_keras").use_keras_2()
            return None
        package, _, name = fullname.rpartition(".")
        if package != _PACKAGE or name in OF_BOTH:
            return None
        if _spec(f"{_PACKAGE}.{KERAS_2}.{name}") is None:
            return None  # no module of any front: nothing is decided by asking for it
        if _spec(f"{chosen_front().__name__}.{name}") is None:
            return None
        return importlib.util.spec_from_loader(fullname, self)

    def create_module(self, spec):
        module = importlib.import_module(
            f"{chosen_front().__name__}.{spec.name.rpartition('.')[2]}"
        )
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = self._own_spec  # it is the same module, by another name


#: Modules of this package that are the same for both fronts.
OF_BOTH = {
    "applications",
    "as_tf_keras",
    "core",
    "front",
    "html_table",
    "keras2",
    "keras3",
    "moving",
    "opening",
    "plots",
    "recipes",
    "selection",
    "version",
}


def _spec(name: str):
    """Where a module lies, without importing the package that it lies in."""
    folder = os.path.join(os.path.dirname(__file__), *name.split(".")[1:-1])
    file = os.path.join(folder, f"{name.rpartition('.')[2]}.py")
    return file if os.path.isfile(file) else None
