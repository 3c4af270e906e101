"""Interrupts and terminations, heeded even where a library loses the exception."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

_WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}

_received: signal.Signals | None = None


class EndedBySignal(BaseException):
    """The process was asked to end: what is half done is undone on the way out."""

    def __init__(self, number: signal.Signals):
        super().__init__(_WORDS[number])
        self.number = number


def check() -> None:
    """Raises `EndedBySignal` once more if a signal has come, within `heeded`."""
    if _received is not None:
        raise EndedBySignal(_received)


@contextlib.contextmanager
def heeded() -> Iterator[None]:
    """Lets SIGINT and SIGTERM end the program as an exception does.

    A handler raises wherever the program happens to be, and not every place hands that on: a
    native module that is being loaded makes a SystemError or ImportError of it, callbacks
    and bare `except` clauses drop it. So the signal is kept as well: whatever error ends the
    program behind it is told as `EndedBySignal`, and `check`, asked before a step that changes
    anything, raises it where nothing ended.

    Signals that the process was started to ignore stay ignored.

    Raises:
      EndedBySignal: a signal came.
    """
    global _received
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number, _):
        global _received
        _received = signal.Signals(number)
        raise EndedBySignal(_received)

    heard = [number for number in _WORDS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heard}
    try:
        yield
    except BaseException as error:
        if _received is not None and not isinstance(error, EndedBySignal):
            raise EndedBySignal(_received) from error
        raise
    finally:
        _received = None
        for number, handler in before.items():
            signal.signal(number, handler)
