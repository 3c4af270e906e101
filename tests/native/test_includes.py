"""Which folder of C sources includes which: the runtimes know the kernels, and nothing the
other way round."""

import re
from pathlib import Path

import pytest

CONVERTER = Path(__file__).resolve().parents[2] / "converter"
# Where a quoted name is looked for, beside the file's own folder.
SEARCHED = [CONVERTER / "kernels" / "include", CONVERTER / "kernels", CONVERTER / "runtime"]
# Folders that a folder may include from beside itself.
ALLOWED = {
    "kernels/include/sbnn": set(),
    "kernels/src": {"kernels/include/sbnn"},
    "kernels/host": {"kernels/include/sbnn", "kernels/src"},
    "runtime/ops": {"kernels/include/sbnn"},
    "runtime/host": {"kernels/host", "runtime/ops"},
    "runtime/plan": {"kernels/src", "runtime/ops"},
    "runtime/tflite": {"runtime/host", "runtime/ops"},
    "runtime/micro": {"runtime/ops"},
    "runtime/c": set(),
}
# TensorFlow Lite Micro's own headers, for the C++ file that users compile with them.
FOREIGN = {"runtime/micro": "tensorflow/lite/"}
# Kernels and ops run without an operating system and without memory management.
FREESTANDING = ("kernels/include/sbnn", "kernels/src", "runtime/ops", "runtime/c")
HEADERS = {"stdbool.h", "stddef.h", "stdint.h", "string.h"}


def sources(folder: str) -> list[Path]:
    return [p for p in (CONVERTER / folder).iterdir() if p.suffix in (".c", ".h", ".cc")]


def included(path: Path) -> set[str]:
    """Folders that a file includes from; a name as it stands if no file is found."""
    found = set()
    for name in re.findall(r'#include "([^"]+)"', path.read_text()):
        places = (folder / name for folder in (path.parent, *SEARCHED))
        file = next((place for place in places if place.exists()), None)
        found.add(name if file is None else str(file.resolve().parent.relative_to(CONVERTER)))
    return found


def test_every_folder_of_sources_is_listed():
    files = [p for part in ("kernels", "runtime") for p in (CONVERTER / part).rglob("*.[ch]")]
    assert {str(file.parent.relative_to(CONVERTER)) for file in files} == set(ALLOWED)


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_folder_includes_from_those_that_it_may_know(folder):
    for path in sources(folder):
        foreign = FOREIGN.get(folder)
        others = {name for name in included(path) if not (foreign and name.startswith(foreign))}
        assert others <= {folder, *ALLOWED[folder]}, path.name


@pytest.mark.parametrize("folder", FREESTANDING)
def test_what_runs_on_a_microcontroller_needs_no_operating_system(folder):
    for path in sources(folder):
        assert set(re.findall(r"#include <([^>]+)>", path.read_text())) <= HEADERS, path.name
