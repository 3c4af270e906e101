"""What all command-line programs share."""

import os
import signal
import sys

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
