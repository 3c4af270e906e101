"""What all command-line programs share: flags, help, and errors in one line."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator

from absl import flags
from rich.console import Console
from rich.status import Status

from sbnn_converter.cli import ending_signals
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.version import __version__


def run(
    name: str,
    usage: str,
    own_flags: flags.FlagValues,
    command: Callable[[list[str]], None],
):
    """Parses the command line and runs ``command`` on what is no flag.

    Bad input ends in one line on standard error: status 2 for the command line,
    1 for anything else, 128 and the signal's number for an interrupt or a termination.

    Args:
      name: the program's name.
      usage: text above the flags under ``--help``.
      own_flags: the program's flags. They are not absl's global ones: libraries
        that a program loads define flags there, some of the same name.
      command: the program. It raises ``UsageError``, ``ValueError``,
        ``OSError``, ``RuntimeError`` or ``ImportError`` for what the user has to
        mend.
    """
    argv = sys.argv[1:]
    _accept_any_name()
    own_flags.set_gnu_getopt(True)  # flags may stand behind the model
    try:
        if any(a in ("-h", "--help", "-help") for a in argv):
            with printing():
                print(usage.strip() + "\n\nflags:\n" + _flags_help(own_flags))
            return
        if "--version" in argv:
            with printing():
                print(f"{name} {__version__}")
            return
        arguments = own_flags([name, *argv])[1:]
        with ending_signals.heeded():
            command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough, as with "| head".
        _drop_output()
        sys.exit(1)
    except (flags.Error, UsageError) as error:
        _fail(name, f"{error}; see {name} --help", 2)
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        _fail(name, _words(error), 1)
    except MemoryError:
        _fail(name, "out of memory", 1)
    except ending_signals.EndedBySignal as end:
        _fail(name, f"{end}; nothing was written", 128 + end.number)


@contextlib.contextmanager
def printing(behind: str = "") -> Iterator[None]:
    """Names standard output as what is full or broken, where an error names nothing.

    Args:
      behind: what to say after it, such as that files were written nonetheless.

    Raises:
      OSError: standard output takes nothing more.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _drop_output()
        reason = error.strerror or error
        raise OSError(f"cannot write to standard output: {reason}{behind}") from error


class Progress:
    """What the program is doing, for who watches."""

    def __init__(self, status: Status):
        self._status = status

    def update(self, step: str) -> None:
        """Shows the next step; none is begun behind a signal to end."""
        ending_signals.check()
        self._status.update(step)


@contextlib.contextmanager
def progress(first_step: str) -> Iterator[Progress]:
    """Shows on standard error what the program is doing, if someone watches, and keeps
    native libraries from writing there meanwhile."""
    with (
        os.fdopen(os.dup(2), "w") as terminal,  # the display's own way out
        _quiet_libraries(),
        Console(file=terminal).status(first_step) as status,
    ):
        yield Progress(status)


@contextlib.contextmanager
def _quiet_libraries():
    """Keeps what native code reports of itself from burying our one line.

    TensorFlow tells of processors and of graphics cards that it has not found whenever a
    part of it starts, some of it whatever level is asked for. Python's warnings are shown
    behind it. Whoever sets ``TF_CPP_MIN_LOG_LEVEL`` below 3 wants to read everything, at
    the time when it happens.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "3":
        yield
        return
    caught: list[warnings.WarningMessage] = []
    try:
        with captured_stderr(), warnings.catch_warnings(record=True) as record:
            caught = record
            yield
    finally:
        for each in caught:
            warnings.showwarning(each.message, each.category, each.filename, each.lineno)


def _drop_output() -> None:
    """Lets go what standard output has not taken: Python tries again when it ends, and
    tells of that in lines and a status of its own."""
    with contextlib.suppress(OSError):  # no file, as some environments have it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class UsageError(Exception):
    """The command line is not what the program wants."""


def _accept_any_name() -> None:
    """Names of files need not be text: what cannot be printed is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _words(error: Exception) -> str:
    """What an error says, without the system's number of it."""
    if isinstance(error, OSError) and error.strerror:
        where = "" if error.filename is None else f"'{error.filename}': "
        return f"{where}{error.strerror}"
    return str(error) or type(error).__name__


def _fail(name: str, message: str, status: int):
    print(f"{name}: error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(status)


def _flags_help(own_flags: flags.FlagValues) -> str:
    lines = own_flags.get_help().splitlines()
    lines = [line for line in lines if line.strip() and line[0] == " "]
    return "\n".join([*lines, "  --version: Print the version and end."])
