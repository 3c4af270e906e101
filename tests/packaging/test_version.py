"""The version is written in one file, from which everything that tells it has it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import sbnn_converter
import sbnn_keras

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "sbnn_keras" / "version.py"


@pytest.fixture(scope="module")
def version() -> str:
    (found,) = re.findall(r'^__version__ = "(\d+\.\d+\.\d+)"$', WRITTEN.read_text(), re.MULTILINE)
    return found


def test_both_packages_have_it(version):
    assert sbnn_keras.__version__ == sbnn_converter.__version__ == version


def test_sources_that_nobody_has_installed_have_it(version):
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'converter')!r}]; "
        "import sbnn_converter; print(sbnn_converter.__version__); "
        "sys.exit('sbnn_keras' in sys.modules)"
    )
    # Without site-packages, so without metadata of an installation.
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.strip() == version, done.stderr


@pytest.mark.parametrize("name", ["convert", "export", "inspect"])
def test_programs_tell_it(name, version):
    code = f"from sbnn_converter.cli.{name} import run; run()"
    command = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == f"sbnn-{name} {version}\n", done.stderr


@pytest.mark.parametrize("file", ["pyproject.toml", "keras3/pyproject.toml", "setup.py"])
def test_it_is_not_written_where_it_is_read(file, version):
    assert version not in (ROOT / file).read_text()


def test_the_changelog_begins_with_it(version):
    heading = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heading is not None and heading[1] == version
