"""What native code writes to standard error: kept from the terminal, and read
for the line that names the trouble."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import threading

# An op of ours says what is wrong; the runtime may go on in the same line.
_COMPLAINT = re.compile(r"(Sbnn\w+: .+?)(?:Node number|$)", re.MULTILINE)
# What runtimes say of a trouble that follows from the one they named before.
_CONSEQUENCE = re.compile(
    r"^(Node .*failed to (prepare|invoke)|Failed to (initialize|get registration)|INFO:|"
    r"WARNING:|Invoke\(\) called)"
)

# File descriptor 2 is the whole process's: one capture at a time. A thread that captures
# may do so again inside.
_lock = threading.RLock()


def _renew_lock() -> None:
    global _lock
    _lock = threading.RLock()


# Whoever held it at a fork does not live in the child.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


class NativeLog:
    """The text written to standard error since the capture began."""

    def __init__(self, sink):
        self._sink = sink

    def text(self) -> str:
        self._sink.seek(0)
        return self._sink.read().decode(errors="replace")

    def reason(self, error: Exception) -> str:
        """The line in which one of our ops complains, else the runtime's first one, else
        the error's own."""
        said = str(error).strip() or type(error).__name__
        for line in (*self.text().splitlines(), said):
            found = _COMPLAINT.search(line)
            if found:
                return found.group(1)
        lines = [line.strip() for line in self.text().splitlines()]
        lines = [line for line in lines if line and not _CONSEQUENCE.match(line)]
        return f"{said.splitlines()[0]} ({lines[0]})" if lines else said.splitlines()[0]


@contextlib.contextmanager
def captured_stderr():
    """Redirects file descriptor 2 into a ``NativeLog`` for a while.

    Other threads that want the same wait; what they write to standard error meanwhile
    is captured as well.
    """
    with _lock, _sink() as sink:
        _flush()
        try:
            saved = os.dup(2)
        except OSError:  # a program without a standard error
            saved = None
        os.dup2(sink.fileno(), 2)
        try:
            yield NativeLog(sink)
        finally:
            if saved is not None:
                os.dup2(saved, 2)
                os.close(saved)
            elif sink.fileno() != 2:
                os.close(2)


def _sink():
    """A file without a name: in memory, where the system has such files."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("stderr"), "w+b")
    return tempfile.TemporaryFile()


def _flush() -> None:
    # There may be none, as in pythonw, or it may be closed.
    with contextlib.suppress(AttributeError, ValueError, OSError):
        sys.stderr.flush()
