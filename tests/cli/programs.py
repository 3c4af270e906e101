"""Runs the command-line programs of this tree: in a process of their own, or, where
a second start of TensorFlow would only cost time, in this one."""

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from absl.testing import flagsaver

import processes

ROOT = Path(__file__).parents[2]
MODULES = {
    "sbnn-convert": "sbnn_converter.cli.convert",
    "sbnn-export": "sbnn_converter.cli.export",
    "sbnn-inspect": "sbnn_converter.cli.inspect",
}


@dataclass
class Result:
    returncode: int
    stdout: str
    stderr: str


def command_line(program, *arguments) -> list[str]:
    start = f"from {MODULES[program]} import run; run()"
    return [sys.executable, "-c", start, *map(str, arguments)]


def environment() -> dict[str, str]:
    """As a user's shell has it: nothing set by the tests but where the tree is."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("TF_") and k != "COLUMNS"}
    return {**own, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "converter")])}


def run_process(program, *arguments) -> Result:
    _, *command = command_line(program, *arguments)
    done = processes.run(command, environment())
    return Result(done.returncode, done.stdout, done.stderr)


def run_here(capfd, monkeypatch, program, *arguments) -> Result:
    module = importlib.import_module(MODULES[program])
    monkeypatch.setattr(sys, "argv", [program, *map(str, arguments)])
    monkeypatch.delenv("COLUMNS", raising=False)  # test runners set it for their workers
    capfd.readouterr()
    status = 0
    saved = flagsaver.save_flag_values(module.FLAGS)
    try:
        module.run()
    except SystemExit as end:
        status = end.code or 0
    finally:
        flagsaver.restore_flag_values(saved, module.FLAGS)
    return Result(status, *capfd.readouterr())


def assert_refused(result, *words, folder=None, left=()):
    """One line on standard error, a non-zero status, and no other file than ``left``."""
    assert result.returncode != 0
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith(tuple(f"{program}: error: " for program in MODULES))
    for word in words:
        assert word in lines[0]
    if folder is not None:
        assert sorted(p.name for p in folder.iterdir()) == sorted(left)
