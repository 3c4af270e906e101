"""Object files of the C sources under test, each compiled once in a session.

Many tests compile the same kernels with the same flags. What a compiler gives depends
on the preprocessed text and the flags alone, so that this is what a file is found by:
copies in exported folders are the same source, in all workers.
"""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path


class Objects:
    """Object files in a folder that workers share."""

    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def compile(self, command: Sequence, sources: Iterable, cwd: Path | None = None) -> list[Path]:
        """The objects of ``sources``.

        Args:
          command: compiler and flags; folders to include as ``-Ifolder``, macros as
            ``-Dname``: what they do is seen in the preprocessed text.
          sources: files, relative to ``cwd``.

        Raises:
          subprocess.CalledProcessError: the compiler refuses a source, or warns where the
            flags forbid it.
        """
        command = [str(word) for word in command]
        pairs = [(str(source), self._place(command, str(source), cwd)) for source in sources]
        # What another worker is compiling comes last: two that want the same share the work.
        for flags in (fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_EX):
            for source, found in pairs:
                _compile_once(command, source, found, cwd, flags)
        return [found for _, found in pairs]

    def _place(self, command: list[str], source: str, cwd: Path | None) -> Path:
        text = subprocess.run(
            [*command, "-E", "-P", source], check=True, stdout=subprocess.PIPE, cwd=cwd
        ).stdout
        flags = [word for word in command if not word.startswith(("-I", "-D"))]
        key = hashlib.sha256("\0".join(flags).encode() + text).hexdigest()[:24]
        return self._folder / f"{Path(source).stem}-{key}.o"


def _compile_once(command: list[str], source: str, found: Path, cwd: Path | None, lock_flags: int):
    if found.exists():
        return
    with open(found.with_suffix(".lock"), "w") as lock:
        try:
            fcntl.flock(lock, lock_flags)
        except BlockingIOError:
            return
        if not found.exists():
            unfinished = found.with_suffix(".part")
            subprocess.run([*command, "-c", source, "-o", unfinished], check=True, cwd=cwd)
            os.replace(unfinished, found)
