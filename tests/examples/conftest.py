"""Data for the examples: pictures of ten classes, made in an instant."""

import functools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import processes

EXAMPLES = Path(__file__).parents[2] / "examples"


def _pictures(shape, count, seed):
    """Noisy copies of ten random pictures, uint8, and their classes."""
    rng = np.random.default_rng(seed)
    originals = np.random.default_rng(0).integers(0, 256, (10, *shape))
    labels = rng.integers(0, 10, count)
    noisy = originals[labels] + rng.normal(0, 30, (count, *shape))
    return np.clip(noisy, 0, 255).astype(np.uint8), labels


@pytest.fixture(scope="session")
def data_file(tmp_path_factory):
    """A function from an image's shape to an .npz in the layout of Keras."""

    def make(shape):
        x, y = _pictures(shape, 512, 1)
        x_test, y_test = _pictures(shape, 64, 2)
        path = tmp_path_factory.mktemp("data") / "pictures.npz"
        np.savez(path, x_train=x, y_train=y, x_test=x_test, y_test=y_test)
        return path

    return make


@pytest.fixture
def command():
    """A function from an example's name and flags to its command line."""

    def words(name, *flags):
        return [sys.executable, str(EXAMPLES / f"{name}.py"), *map(str, flags)]

    return words


@pytest.fixture
def run_example(command, tmp_path):
    """Runs an example to its end and returns its result.json and its output."""

    def run(name, *flags, run=processes.run):
        _, *words = command(name, "--out", tmp_path, *flags)
        done = run(words)
        assert done.returncode == 0, done.stderr
        return json.loads((tmp_path / "result.json").read_text()), done.stdout

    return run


@pytest.fixture
def run_example_alone(run_example):
    """The same as users start it, with nothing loaded."""

    def start(words):
        return subprocess.run([sys.executable, *words], capture_output=True, text=True)

    return functools.partial(run_example, run=start)
