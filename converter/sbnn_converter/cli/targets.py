"""Which paths a program may write: nothing that it reads, no device, none twice.

Paths are the same if they lead to the same file, whatever they are called: through
symbolic links, hard links, ``..``, or another case where the file system does not care.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from sbnn_converter.cli.command import UsageError
from sbnn_converter.export.folder import check_folder
from sbnn_converter.saved.models import kind_of_saved_model

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
)


def check_targets(
    sources: Mapping[str, Path], files: Mapping[str, Path], folders: Mapping[str, Path]
) -> None:
    """Checks everything that is to be written, before any work is done.

    Args:
      sources: what is read: what it is, for messages, to its file or folder.
      files: flag to the file that it names.
      folders: flag to the folder that it names.

    Raises:
      UsageError: a target is, holds or lies in a source or another target.
      OSError, ConversionError: a target cannot be written.
    """
    targets = {**files, **folders}
    for flag, path in targets.items():
        for what, source in sources.items():
            relation = _relation(path, source)
            if relation:
                raise UsageError(
                    f"{flag} names '{path}', which {relation} the {what} '{source}': wanted "
                    "another place, for that would be lost"
                )
    pairs = list(targets.items())
    for i, (flag, path) in enumerate(pairs):
        for other_flag, other in pairs[:i]:
            relation = _relation(path, other)
            if relation == "is":
                raise UsageError(f"{flag} and {other_flag} both name '{path}': wanted two places")
            if relation:
                raise UsageError(
                    f"{flag} names '{path}', which {relation} '{other}' of {other_flag}: "
                    "wanted two places apart"
                )
    for flag, path in files.items():
        _check_file(path, flag)
    for flag, path in folders.items():
        check_folder(path, flag)


def _check_file(path: Path, flag: str) -> None:
    target = Path(os.path.realpath(path))  # a link is followed, and stays
    folder = target.parent
    if not folder.is_dir():
        raise FileNotFoundError(
            f"output folder '{folder}' does not exist; create it or choose another with {flag}"
        )
    try:
        mode = os.stat(path).st_mode  # of /dev/stdout, too, whose real path is none
    except FileNotFoundError:
        mode = None
    except OSError as error:
        raise OSError(
            f"cannot write '{path}': {error.strerror}; choose another file with {flag}"
        ) from error
    if mode is not None and not stat.S_ISREG(mode):
        kind = next((words for test, words in _KINDS if test(mode)), "no file")
        raise OSError(f"output '{path}' is {kind}; wanted the name of a file with {flag}")
    if not os.access(folder, os.W_OK):
        raise PermissionError(
            f"output folder '{folder}' is not writable; choose another with {flag}"
        )
    if mode is None:
        return
    if not os.access(target, os.W_OK):
        raise PermissionError(f"'{path}' is write-protected; choose another file with {flag}")
    saved = kind_of_saved_model(target)
    if saved or target.name in ("saved_model.pb", "keras_metadata.pb"):
        raise OSError(
            f"output '{path}' is a saved Keras model ({saved or 'a part of a SavedModel'}), "
            f"which would be lost; choose another file with {flag}"
        )


def _relation(path: Path, other: Path) -> str | None:
    """Whether ``path`` ``"is"``, ``"lies in"``, ``"holds"`` the other one, or ``"is a
    file of"`` it by another name."""
    if _same(path, other):
        return "is"
    mine, theirs = Path(os.path.realpath(path)), Path(os.path.realpath(other))
    if any(_same(parent, theirs) for parent in mine.parents):
        return "lies in"
    if any(_same(parent, mine) for parent in theirs.parents):
        return "holds"
    return "is a file of" if _is_linked_into(path, other) else None


def _same(path: Path, other: Path) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:  # one is not there yet
        return os.path.realpath(path) == os.path.realpath(other)


def _is_linked_into(path: Path, folder: Path) -> bool:
    if not (path.is_file() and folder.is_dir()) or path.stat().st_nlink == 1:
        return False
    return any(inner.is_file() and _same(path, inner) for inner in folder.rglob("*"))
