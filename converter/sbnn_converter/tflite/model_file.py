"""A converted model, from bytes or from a file."""

from __future__ import annotations

import os
from pathlib import Path

from sbnn_converter.saved.models import kind_of_saved_model
from sbnn_converter.tflite.damage import DamagedFile
from sbnn_converter.tflite.verify import verify

_CONVERT = "convert it first, with sbnn-convert or sbnn_converter.convert_keras_model"


def is_flatbuffer(path: Path) -> bool:
    """Whether ``path`` is a file that begins as a TFLite flatbuffer does."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(8)[4:] == b"TFL3"


def read_model(model: bytes | str | os.PathLike) -> bytes:
    """The flatbuffer, from bytes or from a file, looked at as a whole: what a damaged one
    leads to is nobody else's trouble.

    Raises:
      FileNotFoundError: there is no such file.
      TypeError: ``model`` is neither bytes nor a path.
      DamagedFile: something in it points nowhere, or does not fit together.
      ValueError: it holds no TFLite flatbuffer; the message says if it is a Keras model.
    """
    if isinstance(model, (bytes, bytearray, memoryview)):
        content, name = bytes(model), "the model"
    elif isinstance(model, (str, os.PathLike)):
        path = Path(model)
        content, name = _read(path), f"'{path}'"
    else:
        raise TypeError(
            f"found a model of type {type(model).__name__}, wanted the bytes or the path of "
            f"a .tflite file; if it is a Keras model, {_CONVERT}"
        )
    if content[4:8] != b"TFL3":
        raise ValueError(
            f"{name} is not a TFLite flatbuffer: the identifier 'TFL3' is missing; wanted "
            "the bytes or the file that sbnn-convert wrote"
        )
    try:
        verify(content)
    except DamagedFile as error:
        raise DamagedFile(f"{name}: {error}") from error
    return content


def _read(path: Path) -> bytes:
    kind = kind_of_saved_model(path)
    if kind is not None:
        raise ValueError(f"'{path}' is a saved Keras model ({kind}), no .tflite file: {_CONVERT}")
    if path.is_dir():
        raise IsADirectoryError(f"model '{path}' is a folder; wanted a .tflite file")
    if not path.exists():
        raise FileNotFoundError(f"model file '{path}' does not exist")
    if not path.is_file():
        raise ValueError(f"model '{path}' is no regular file; wanted a .tflite file")
    return path.read_bytes()
