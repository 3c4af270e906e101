"""Folders that an export writes: whole or not at all, and never over a user's work.

A folder lists what the export put there, with checksums, in ``sbnn-export.json``. A
later export into the same folder replaces exactly that: it refuses where a file was
changed or added since.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from sbnn_converter.errors import ConversionError
from sbnn_converter.export.outputs import Output

MANIFEST = "sbnn-export.json"


def check_folder(folder: Path, flag: str) -> None:
    """Checks that an export may write ``folder``: a new, an empty, or its own one.

    Args:
      folder: the folder to write.
      flag: where the user chose it, for the message.

    Raises:
      FileNotFoundError: the folder above it does not exist.
      ConversionError: it is a file, or holds something that no export wrote.
      PermissionError: the folder above it is not writable.
    """
    target = Path(os.path.realpath(folder))  # a link to a folder is followed, and stays
    parent = target.parent
    if not parent.is_dir():
        raise FileNotFoundError(
            f"folder '{parent}' does not exist; create it or choose another with {flag}"
        )
    if not os.access(parent, os.W_OK):
        raise PermissionError(f"folder '{parent}' is not writable; choose another with {flag}")
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise ConversionError(f"'{folder}' is no folder; wanted a new or an empty one with {flag}")
    foreign = _foreign_file(target)
    if foreign is not None:
        raise ConversionError(
            f"folder '{folder}' holds '{foreign}', which this export did not write or "
            f"which was changed since; move it away or choose another folder with {flag}"
        )


def open_folder(folder: Path, flag: str) -> tuple[Path, dict]:
    """Where a folder of exports lies, links followed, and its list of what it holds.

    Raises:
      ConversionError, OSError: as ``check_folder``.
    """
    check_folder(folder, flag)
    target = Path(os.path.realpath(folder))
    return target, read_manifest(target)


def folder_output(
    folder: Path,
    contents: Mapping[str, bytes],
    flag: str,
    more: Mapping[str, object] | None = None,
) -> Output:
    """The folder as one output among several, with its list of checksums.

    All is written to a temporary folder beside ``folder`` first, which then takes its
    name. What stood there before stays until then.

    Args:
      folder: the folder to write.
      contents: path inside the folder, with ``/``, to content.
      flag: where the user chose the folder, for messages.
      more: what its list is to hold beside checksums, for the next export.

    Raises:
      ConversionError, OSError: as ``check_folder``.
    """
    check_folder(folder, flag)
    return Output(folder, {**contents, MANIFEST: _manifest(contents, more or {})}, flag)


def read_manifest(folder: Path) -> dict:
    """What the last export into ``folder`` wrote there of itself; empty: there was none."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _manifest(contents: Mapping[str, bytes], more: Mapping[str, object]) -> bytes:
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    return json.dumps({**more, "files": dict(sorted(sums.items()))}, indent=1).encode() + b"\n"


def _foreign_file(folder: Path) -> str | None:
    """A file in ``folder`` that no export wrote as it is now."""
    sums = read_manifest(folder).get("files", {})
    if not isinstance(sums, dict):
        sums = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        if name == MANIFEST and sums:
            continue
        if name not in sums or path.is_symlink() or not path.is_file():
            return name
        if hashlib.sha256(path.read_bytes()).hexdigest() != sums[name]:
            return name
    return None
