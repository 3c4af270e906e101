import functools

import pytest

import programs
from networks import digits_net


@pytest.fixture
def sbnn_convert(capfd, monkeypatch):
    return functools.partial(programs.run_here, capfd, monkeypatch, "sbnn-convert")


@pytest.fixture
def sbnn_inspect(capfd, monkeypatch):
    return functools.partial(programs.run_here, capfd, monkeypatch, "sbnn-inspect")


@pytest.fixture
def digits(tmp_path):
    """A saved model in an otherwise empty folder."""
    path = tmp_path / "digits.h5"
    digits_net().save(path)
    return path
