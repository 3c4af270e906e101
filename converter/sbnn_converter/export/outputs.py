"""Writes files and folders that all appear, or none of them.

Everything is written beside its target first. Only when all of it is on the disk do the
outputs take their names, one after another; what stood there before is kept aside until
the last one has, and comes back if one cannot. A process that is killed meanwhile leaves
each output whole, as it was or as it was to be, and beside it a folder ``.sbnn-*`` that
nothing looks at.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from sbnn_converter.export.exchange import exchange

_FULL = {errno.ENOSPC, errno.EDQUOT}


class Output:
    """One file or folder that is to take a name.

    Args:
      path: the name; a symbolic link is followed, and stays.
      content: of the file, or path inside the folder, with ``/``, to content.
      flag: where the user chose it, for messages.
    """

    def __init__(self, path: Path, content: bytes | Mapping[str, bytes], flag: str):
        self.path = path
        self.content = content
        self.flag = flag
        self._target = Path(os.path.realpath(path))
        self._aside: Path | None = None
        self._exchanged_for: tuple[int, int] | None = None  # what stood at the target

    def stage(self) -> None:
        """Writes the content to the disk, beside the target."""
        self._aside = Path(tempfile.mkdtemp(dir=self._target.parent, prefix=".sbnn-"))
        if isinstance(self.content, bytes):
            _write(self._new, self.content)
            with contextlib.suppress(FileNotFoundError):
                os.chmod(self._new, stat.S_IMODE(os.stat(self._target).st_mode))
            return
        self._new.mkdir()
        for name, content in self.content.items():
            path = self._new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)

    def take_name(self) -> None:
        """Puts what was staged in the target's place, and what stood there aside."""
        if isinstance(self.content, bytes):
            self._keep_old_file()
            os.replace(self._new, self._target)
            return
        if self._target.exists():
            self._exchanged_for = _identity(self._target)
            if exchange(self._new, self._target):
                return
            self._exchanged_for = None
            os.rename(self._target, self._old)
        os.rename(self._new, self._target)

    def give_back(self) -> None:
        """Undoes ``take_name``, however far it came."""
        if self._is_exchanged():
            if exchange(self._new, self._target):
                return
            os.rename(self._new, self._old)
        if not os.path.lexists(self._new):
            os.rename(self._target, self._new)
        if os.path.lexists(self._old):
            os.rename(self._old, self._target)

    def clean_up(self) -> None:
        """Removes what stands beside the target."""
        if self._aside is not None:
            shutil.rmtree(self._aside, ignore_errors=True)

    def keep_aside(self) -> Path:
        """Lets ``clean_up`` leave what stood at the target, and tells where it is."""
        old = self._new if self._is_exchanged() else self._old
        self._aside = None
        return old

    @property
    def _new(self) -> Path:
        return self._staged / "new"

    @property
    def _old(self) -> Path:
        return self._staged / "old"

    @property
    def _staged(self) -> Path:
        if self._aside is None:
            raise RuntimeError(f"'{self.path}' was not staged")
        return self._aside

    def _is_exchanged(self) -> bool:
        """Whether what stood at the target has the new one's place now. Asked of the disk: a
        signal may come before this object knows."""
        if self._exchanged_for is None or not os.path.lexists(self._new):
            return False
        return _identity(self._new) == self._exchanged_for

    def _keep_old_file(self) -> None:
        if not self._target.exists():
            return
        try:
            os.link(self._target, self._old)  # so that the name is never without a file
        except OSError:  # a file system without hard links
            os.rename(self._target, self._old)


def write_all(outputs: Iterable[Output]) -> None:
    """Writes all outputs or none.

    Raises:
      OSError: one cannot be written; the message names it, and nothing was changed.
    """
    outputs = list(outputs)
    try:
        for output in outputs:
            with _named(output):
                output.stage()
        try:
            for output in outputs:
                with _named(output):
                    output.take_name()
        except BaseException as error:
            _give_all_back(outputs, error)
            raise
    finally:
        for output in outputs:
            output.clean_up()


def _give_all_back(outputs: list[Output], reason: BaseException) -> None:
    lost = []
    for output in reversed(outputs):
        try:
            output.give_back()
        except OSError:
            lost.append(f"what stood at '{output.path}' is at '{output.keep_aside()}' now")
    if lost:
        words = str(reason).replace("nothing was changed", "not all could be undone")
        raise OSError(f"{words}; {', '.join(lost)}") from reason


@contextlib.contextmanager
def _named(output: Output):
    try:
        yield
    except OSError as error:
        what = "folder " if not isinstance(output.content, bytes) else ""
        size = f" ({len(output.content):,} bytes)" if not what else ""
        raise OSError(
            f"cannot write {what}'{output.path}'{size}: {error.strerror or error}; nothing "
            f"was changed: {_way_out(error, output)}"
        ) from error


def _way_out(error: OSError, output: Output) -> str:
    if error.errno == errno.ENAMETOOLONG:
        return f"choose a shorter name, of the network with --name or with {output.flag}"
    room = "make room, or " if error.errno in _FULL else ""
    return f"{room}choose another place with {output.flag}"


def _identity(path: Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _write(path: Path, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # some file systems tell only then that they are full
