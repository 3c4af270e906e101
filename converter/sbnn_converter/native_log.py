"""What native code writes to standard error: kept from the terminal, and read
for the line that names the trouble."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile


class NativeLog:
    """The text written to standard error since the capture began."""

    def __init__(self, sink):
        self._sink = sink

    def text(self) -> str:
        self._sink.seek(0)
        return self._sink.read().decode(errors="replace")

    def reason(self, error: Exception) -> str:
        """The line in which one of our ops complains, else the error's own."""
        for line in self.text().splitlines():
            start = line.find("Sbnn")
            if start >= 0 and ":" in line[start:]:
                return line[start:].partition("Node number")[0]
        return (str(error).strip() or type(error).__name__).splitlines()[0]


@contextlib.contextmanager
def captured_stderr():
    """Redirects file descriptor 2 into a ``NativeLog`` for a while."""
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield NativeLog(sink)
        finally:
            os.dup2(saved, 2)
            os.close(saved)
