"""Python programs in processes of their own, which find TensorFlow loaded already.

Loading TensorFlow takes longer than most of what programs are asked here. A server
loads it once and forks for each program; nothing of Keras has been touched by then, and
nothing of ours is loaded. Where the loading itself is what is tested, `subprocess` it is.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tensorflow"])
# Tests have it, from sbnn_keras; users do not.
_SELECTS_KERAS_2 = "TF_USE_LEGACY_KERAS"


def as_of_users() -> dict[str, str]:
    """The environment without what `import sbnn_keras` has set in it."""
    return {name: value for name, value in os.environ.items() if name != _SELECTS_KERAS_2}


def start(
    command: Sequence,
    output: Path,
    errors: Path,
    environment: Mapping[str, str],
    cwd: Path | None = None,
) -> multiprocessing.Process:
    """Starts `script.py arguments` or `-c code arguments`; it writes into two files."""
    selected = os.environ.pop(_SELECTS_KERAS_2, None)
    forkserver.ensure_running()
    if selected is not None:
        os.environ[_SELECTS_KERAS_2] = selected
    words = [str(word) for word in command]
    arguments = (words, str(output), str(errors), dict(environment), cwd and str(cwd))
    process = _SERVER.Process(target=_run, args=arguments)
    process.start()
    return process


def run(
    command: Sequence, environment: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess:
    """As `subprocess.run([sys.executable, *command], capture_output=True, text=True)`."""
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        given = as_of_users() if environment is None else environment
        process = start(command, output, errors, given, cwd)
        process.join()
        return subprocess.CompletedProcess(
            command, process.exitcode, output.read_text(), errors.read_text()
        )


def _run(words, output, errors, environment, cwd):
    for number, path in ((1, output), (2, errors)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    if cwd:
        os.chdir(cwd)
    paths = [p for p in environment.get("PYTHONPATH", "").split(os.pathsep) if p]
    if words[0] == "-c":
        sys.argv, sys.path[:0] = ["-c", *words[2:]], ["", *paths]
        exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv, sys.path[:0] = words, [str(Path(words[0]).parent), *paths]
        runpy.run_path(words[0], run_name="__main__")
