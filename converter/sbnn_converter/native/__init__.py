"""The native libraries that the package's build puts beside this file."""

from pathlib import Path


def library_path(name: str) -> Path:
    """Path of the native library ``name``, for example ``"sbnn_tflite"``.

    Raises:
      ImportError: if the library was not built.
    """
    path = Path(__file__).with_name(f"lib{name}.so")
    if not path.exists():
        raise ImportError(
            f"the native library {path.name} is missing from {path.parent}: build "
            "it with 'pip install .' or 'pip install -e .' (needs a C compiler)"
        )
    return path
