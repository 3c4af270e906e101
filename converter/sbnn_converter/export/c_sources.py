"""The C sources that exports copy: the kernels and what runs them.

They travel in the package as ``sbnn_converter/csrc``; in an editable install they
are read where they lie, beside the package.
"""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


@functools.cache
def root() -> Path:
    """The folder that holds ``kernels/`` and ``runtime/``.

    Raises:
      FileNotFoundError: the installation lacks them.
    """
    for folder in (_PACKAGE / "csrc", _PACKAGE.parent):
        if (folder / "kernels" / "include" / "sbnn").is_dir():
            return folder
    raise FileNotFoundError(
        f"the C sources are missing from '{_PACKAGE}': install sbnn-keras again"
    )


def kernel_headers() -> list[str]:
    """The kernels' public headers, as paths below ``root()``, sorted."""
    return _files("kernels/include/sbnn", ".h")


def kernel_sources() -> list[str]:
    """The kernels' sources, as paths below ``root()``, sorted."""
    return _files("kernels/src", ".c")


def kernel_inner_headers() -> list[str]:
    """Headers that lie beside the kernels' sources."""
    return _files("kernels/src", ".h")


def runtime_files(name: str) -> list[str]:
    """Sources and headers of ``runtime/<name>``: ``ops``, ``micro``, ``c``, ...

    Raises:
      FileNotFoundError: there is no such folder.
    """
    folder = f"runtime/{name}"
    if not (root() / folder).is_dir():
        raise FileNotFoundError(f"the C sources hold no '{folder}'")
    return [p for p in _files(folder) if Path(p).suffix in (".c", ".cc", ".cpp", ".h")]


def read(path: str) -> str:
    """The text of one of the files that the functions above list."""
    return (root() / path).read_text()


def copy(files: Iterable[str] | Mapping[str, str], target: str | os.PathLike) -> list[Path]:
    """Copies files into a folder.

    Args:
      files: paths below ``root()``, copied under the same path; or a mapping from
        them to paths below ``target``.
      target: a folder; made if it is not there.

    Returns:
      The files written.
    """
    names = files if isinstance(files, Mapping) else {path: path for path in files}
    written = []
    for source, name in names.items():
        out = Path(target) / name
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root() / source, out)
        written.append(out)
    return written


def _files(folder: str, suffix: str = "") -> list[str]:
    """All files directly in ``folder`` whose names end with ``suffix``."""
    return sorted(
        f"{folder}/{path.name}"
        for path in (root() / folder).iterdir()
        if path.is_file() and path.name.endswith(suffix)
    )
