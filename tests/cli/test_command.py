"""What all command-line programs share."""

import contextlib
import errno
import io
import os
import signal
import sys
import warnings

import pytest
from absl import flags

from sbnn_converter.cli import command
from sbnn_converter.cli.products import Products, write_products
from sbnn_converter.export.outputs import Output

ENDS = [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated")]


def ask_to_end(number):
    os.kill(os.getpid(), number)
    signal.sigtimedwait([], 5)


@pytest.fixture
def ended_line(monkeypatch, capsys):
    """What a program says that does some work and is ended by a signal of this number."""

    def run(work, number) -> str:
        monkeypatch.setattr(sys, "argv", ["program"])
        before = signal.signal(number, signal.SIG_DFL)
        try:
            with pytest.raises(SystemExit) as end:
                command.run("program", "", flags.FlagValues(), work)
            assert signal.getsignal(number) == signal.SIG_DFL
        finally:
            signal.signal(number, before)
        assert end.value.code == 128 + number
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize("number, word", ENDS)
def test_a_signal_undoes_what_is_half_done(ended_line, number, word):
    undone = []

    def work(_):
        try:
            ask_to_end(number)
        finally:
            undone.append(True)

    line = ended_line(work, number)
    assert line == f"program: error: {word}; nothing was written\n" and undone


@pytest.mark.parametrize("number, word", ENDS)
@pytest.mark.parametrize("error", [ImportError, SystemError, RuntimeError])
def test_a_signal_that_a_library_made_another_error_of(ended_line, number, word, error):
    def work(_):
        try:
            ask_to_end(number)
        except BaseException as lost:
            raise error("initialization of native raised an exception") from lost

    assert ended_line(work, number) == f"program: error: {word}; nothing was written\n"


@pytest.mark.parametrize("number, word", ENDS)
def test_a_signal_that_a_library_swallowed(ended_line, number, word):
    steps = []

    def work(_):
        with command.progress("loading") as status:
            with contextlib.suppress(BaseException):
                ask_to_end(number)
            steps.append("loaded")
            status.update("writing")
            steps.append("written")

    assert ended_line(work, number) == f"program: error: {word}; nothing was written\n"
    assert steps == ["loaded"]


@pytest.mark.parametrize("number, word", ENDS)
def test_nothing_is_written_behind_a_swallowed_signal(ended_line, tmp_path, number, word):
    output = Output(tmp_path / "a", b"new", "--output")

    def work(_):
        with contextlib.suppress(BaseException):
            ask_to_end(number)
        write_products(Products(None, [output], []))

    assert ended_line(work, number) == f"program: error: {word}; nothing was written\n"
    assert not list(tmp_path.iterdir())


def test_a_signal_that_was_ignored_from_the_start_stays_ignored(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["program"])
    before, done = signal.signal(signal.SIGINT, signal.SIG_IGN), []
    try:
        command.run(
            "program", "", flags.FlagValues(), lambda _: done.append(ask_to_end(signal.SIGINT))
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert done


def test_native_code_does_not_bury_our_line(monkeypatch, capfd):
    monkeypatch.setattr(sys, "argv", ["program"])
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)

    def work(_):
        with command.progress("working"):
            os.write(2, b"I0000 cudart_stub.cc:31] no card\n")
            warnings.warn("of the user's own code", stacklevel=1)
            raise ValueError("the model is bad")

    with pytest.raises(SystemExit), pytest.warns(UserWarning, match="own code"):
        command.run("program", "", flags.FlagValues(), work)
    assert capfd.readouterr().err == "program: error: the model is bad\n"


def test_whoever_asks_reads_what_native_code_says(monkeypatch, capfd):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    with command.progress("working"):
        os.write(2, b"I0000 cudart_stub.cc:31] no card\n")
    assert "no card" in capfd.readouterr().err


class FullOutput(io.StringIO):
    """A standard output that goes to a full disk."""

    def flush(self):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_a_full_standard_output_is_named(monkeypatch, capsys, arguments):
    monkeypatch.setattr(sys, "argv", ["program", *arguments])
    monkeypatch.setattr(sys, "stdout", FullOutput())
    with pytest.raises(SystemExit) as end:
        command.run("program", "usage", flags.FlagValues(), lambda _: None)
    assert end.value.code == 1
    told = capsys.readouterr().err
    assert told == "program: error: cannot write to standard output: No space left on device\n"
