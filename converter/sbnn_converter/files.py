"""The files of a conversion: reading Keras models, writing results."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from sbnn_converter.errors import ConversionError

_WANTED = "wanted a .h5 or .keras file or a SavedModel folder written by model.save()"


def check_source(path: Path) -> None:
    """Checks that ``path`` looks like a saved Keras model, without TensorFlow.

    Raises:
      FileNotFoundError: there is no such file.
      ConversionError: it is something else.
    """
    if not path.exists():
        raise FileNotFoundError(f"model '{path}' does not exist; {_WANTED}")
    if path.is_dir():
        if not (path / "saved_model.pb").exists():
            raise ConversionError(
                f"folder '{path}' holds no saved_model.pb; {_WANTED}"
            )
        return
    with open(path, "rb") as file:
        start = file.read(8)
    is_hdf5 = start == b"\x89HDF\r\n\x1a\n"
    if not is_hdf5 and not zipfile.is_zipfile(path):
        raise ConversionError(
            f"'{path}' is no Keras model (neither HDF5 nor a .keras archive); "
            f"{_WANTED}"
        )


def check_target(path: Path, flag: str = "--output") -> None:
    """Checks that ``path`` can be written.

    Args:
      path: the file to write.
      flag: where the user chose it, for the message.

    Raises:
      FileNotFoundError: its folder does not exist.
      IsADirectoryError: it is a folder.
      PermissionError: its folder is not writable.
    """
    folder = path.parent
    if not folder.is_dir():
        raise FileNotFoundError(
            f"output folder '{folder}' does not exist; create it or choose another "
            f"with {flag}"
        )
    if path.is_dir():
        raise IsADirectoryError(f"output '{path}' is a folder; wanted a file name")
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"output folder '{folder}' is not writable")


def write_atomically(contents: Mapping[Path, bytes]) -> None:
    """Writes files that are either all whole or not there.

    Each content goes to a temporary file beside its target; once all are
    written, they take their names. What stood there before stays until then.

    Args:
      contents: path to content.

    Raises:
      OSError: a file cannot be written; the message names it.
    """
    temporaries: dict[Path, str] = {}
    try:
        for path, content in contents.items():
            try:
                _write_beside(path, content, temporaries)
            except OSError as error:
                raise OSError(
                    f"cannot write '{path}' ({len(content):,} bytes): "
                    f"{error.strerror or error}; nothing was changed: make room, or "
                    "choose another place with --output"
                ) from error
        for path in contents:
            os.replace(temporaries[path], path)
            del temporaries[path]
    finally:
        for temporary in temporaries.values():
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _write_beside(path: Path, content: bytes, temporaries: dict[Path, str]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporaries[path] = temporary
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(temporary, 0o666 & ~_umask())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def load_keras_model(path: Path):
    """Loads a saved Keras model with all SBNN and Larq layers known.

    Raises:
      ConversionError: Keras cannot read the file; the message says why.
    """
    import tensorflow as tf

    import sbnn_keras  # noqa: F401  (sets Keras 2 up and registers the layers)

    try:
        return tf.keras.models.load_model(path, compile=False)
    except Exception as error:
        raise ConversionError(f"cannot read '{path}': {_reason(error)}") from error


def _reason(error: Exception) -> str:
    text = str(error).strip()
    unknown = "Unknown layer: "
    if unknown in text:
        name = text.split(unknown)[1].split(".")[0].strip(" '\"")
        return (
            f"it uses the custom layer {name}, which is not known here; replace it "
            "by layers of Keras, Larq or sbnn_keras, or convert in Python with "
            "sbnn_converter.convert_keras_model(model)"
        )
    if "truncated file" in text:
        return "the file is truncated (an HDF5 file with its end missing); save it again"
    # Keras puts the whole configuration of a layer in front of the reason.
    text = text.split("Exception encountered: ")[-1]
    return text.splitlines()[0] if text else type(error).__name__
