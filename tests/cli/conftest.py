import functools
import shutil

import pytest

import programs
from networks import digits_net


@pytest.fixture
def sbnn_convert(capfd, monkeypatch):
    return functools.partial(programs.run_here, capfd, monkeypatch, "sbnn-convert")


@pytest.fixture
def sbnn_export(capfd, monkeypatch):
    return functools.partial(programs.run_here, capfd, monkeypatch, "sbnn-export")


@pytest.fixture
def sbnn_inspect(capfd, monkeypatch):
    return functools.partial(programs.run_here, capfd, monkeypatch, "sbnn-inspect")


@pytest.fixture(scope="session")
def digits_saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / "digits.h5"
    digits_net().save(path)
    return path


@pytest.fixture
def digits(digits_saved, tmp_path):
    """A saved model in an otherwise empty folder."""
    return shutil.copy(digits_saved, tmp_path / digits_saved.name)
