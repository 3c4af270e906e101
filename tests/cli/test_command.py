"""What all command-line programs share."""

import os
import signal
import sys
import warnings

import pytest
from absl import flags

from sbnn_converter.cli import command


def test_termination_undoes_what_is_half_done(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["program"])
    before, undone = signal.getsignal(signal.SIGTERM), []

    def work(_):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.sigtimedwait([], 5)
        finally:
            undone.append(True)

    with pytest.raises(SystemExit) as end:
        command.run("program", "", flags.FlagValues(), work)
    assert end.value.code == 128 + signal.SIGTERM and undone
    assert capsys.readouterr().err == "program: error: terminated; nothing was written\n"
    assert signal.getsignal(signal.SIGTERM) == before


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
