"""Opens saved models with our layers in the Keras that saved them, and refuses the other.

Keras 3 cannot read what Keras 2 has saved, nor the reverse, and says of our layers only that it
does not know them. So the few functions through which either Keras opens a file ask here first:
the front is loaded that has the file's layers, or one line says which Keras it needs. Files
without layers of this package are Keras's own affair.
"""

import functools
import importlib
import importlib.abc
import importlib.util
import json
import os
import sys
import zipfile
from typing import NamedTuple

from sbnn_keras.front import KERAS_2, KERAS_3, is_installed

_OURS = "sbnn_keras"
_MARK = "asks_sbnn_keras"
# Where each Keras opens a file or a configuration; all are looked up there when they are called.
_OPENING = {
    "keras": (
        ("keras.src.saving.saving_lib", "load_model"),
        ("keras.src.legacy.saving.legacy_h5_format", "load_model_from_hdf5"),
        ("keras.src.saving.serialization_lib", "deserialize_keras_object"),
    ),
    "tf_keras": (
        ("tf_keras.src.saving.saving_lib", "load_model"),
        ("tf_keras.src.saving.legacy.save", "load_model"),
        ("tf_keras.src.layers", "deserialize_from_json"),
    ),
}
_FRONTS = {"keras": KERAS_3, "tf_keras": KERAS_2}
_UNREADABLE = (OSError, ValueError, KeyError, zipfile.BadZipFile)


class Saved(NamedTuple):
    """What stands in a saved model: its configuration, and the Keras that wrote it."""

    configuration: str
    version: str

    @property
    def front(self) -> str | None:
        """The front whose layers it has, if that can be seen."""
        major = self.version.split(".")[0]
        if major.isdigit():
            return KERAS_3 if int(major) > 2 else KERAS_2
        if f"{_OURS}.{KERAS_3}" in self.configuration:
            return KERAS_3
        # Before there were two fronts, classes stood in modules of the package itself.
        return KERAS_2 if f'"module": "{_OURS}.' in self.configuration else None


def watch_keras() -> None:
    """Has both Kerases ask here from now on; those that are not loaded yet, once they are."""
    for package in _OPENING:
        if package in sys.modules:
            _ask_first(package)
    sys.meta_path.insert(0, _WhenLoaded())


class _WhenLoaded(importlib.abc.MetaPathFinder):
    """Sees a Keras being loaded, and finishes it."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in _OPENING:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        specs = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next(filter(None, specs), None)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_watch(module):
                execute(module)
                _ask_first(fullname)

            setattr(spec.loader, "exec_module", execute_and_watch)  # noqa: B010  (of this one)
        return spec


def _ask_first(package: str) -> None:
    for place, name in _OPENING[package]:
        try:
            module = importlib.import_module(place)
        except ImportError:  # another release, or a Keras that is only half loaded
            continue
        function = getattr(module, name, None)
        if function is not None and not hasattr(function, _MARK):
            setattr(module, name, _asking(function, package))


def _asking(function, package: str):
    @functools.wraps(function)
    def ask_and_open(source, *args, **kwargs):
        _prepare(source, package)
        return function(source, *args, **kwargs)

    setattr(ask_and_open, _MARK, True)
    return ask_and_open


def _prepare(source, package: str) -> None:
    """Loads the front whose layers a saved model has.

    Raises:
        ValueError: it is of the other Keras.
    """
    found = read_saved(source)
    if found is None or _OURS not in found.configuration:
        return
    front = _FRONTS[package]
    if found.front not in (front, None):
        raise ValueError(_refusal(source, found, package))
    importlib.import_module(f"{_OURS}.{front}")


def _refusal(source, found: Saved, package: str) -> str:
    is_file = isinstance(source, (str, os.PathLike)) and os.path.exists(source)
    what = repr(os.fspath(source)) if is_file else "a model's configuration"
    of, other = ("3", "2") if package == "keras" else ("2", "3")
    by = f" {found.version}" if found.version else f" {other}"
    if other == "2":
        way_out = (
            "Set SBNN_KERAS=2 in the environment, or import sbnn_keras.keras2 before tf.keras is "
            "used, and open it with tf.keras"
        )
        missing = [name for name in ("tf_keras", "larq") if not is_installed(name)]
        if missing:
            way_out += f", which needs: pip install {' '.join(missing)}"
    else:
        way_out = (
            "Open it with the package keras (keras.models.load_model), and go on with that or "
            "with sbnn_keras.to_keras_2(model)"
        )
    return (
        f"Cannot open {what} with Keras {of}: found layers of sbnn_keras saved by Keras{by}, "
        f"wanted those of Keras {of}. {way_out}."
    )


def read_saved(source) -> Saved | None:
    """What a path, a file of h5py, a JSON text or a configuration holds; None: no Keras model."""
    try:
        if isinstance(source, dict):
            return _of_configuration(source)
        if isinstance(source, str) and source.lstrip()[:1] == "{":
            return _of_configuration(json.loads(source))
        if hasattr(source, "attrs"):
            return _of_hdf5(source)
        return _of_path(os.fspath(source))
    except (*_UNREADABLE, TypeError):
        return None


def _of_configuration(configuration: dict) -> Saved | None:
    if "class_name" not in configuration:
        return None
    # Whatever else hangs on it is no description of a layer.
    text = json.dumps(configuration, default=lambda value: None)
    return Saved(text, str(configuration.get("keras_version", "")))


def _of_path(path: str) -> Saved | None:
    if os.path.isdir(path):
        return _of_folder(path)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return _of_parts(lambda name: archive.read(name).decode())
    import h5py

    with h5py.File(path, "r") as file:
        return _of_hdf5(file)


def _of_folder(folder: str) -> Saved | None:
    def read(name: str) -> str:
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    if os.path.exists(os.path.join(folder, "keras_metadata.pb")):
        return Saved(read("keras_metadata.pb"), "2")  # a SavedModel, as only Keras 2 writes it
    return _of_parts(read)


def _of_parts(read) -> Saved:
    return Saved(read("config.json"), str(json.loads(read("metadata.json"))["keras_version"]))


def _of_hdf5(file) -> Saved | None:
    if "model_config" not in file.attrs:
        return None
    version = file.attrs.get("keras_version", "")
    return Saved(_text(file.attrs["model_config"]), _text(version))


def _text(value) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
