"""What native code writes to standard error: kept from the terminal, and read
for the line that names the trouble."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile

# An op of ours says what is wrong; the runtime may go on in the same line.
_COMPLAINT = re.compile(r"(Sbnn\w+: .+?)(?:Node number|$)", re.MULTILINE)


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
            found = _COMPLAINT.search(line)
            if found:
                return found.group(1)
        text = str(error).strip() or type(error).__name__
        return (_COMPLAINT.search(text) or [None, text.splitlines()[0]])[1]


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
