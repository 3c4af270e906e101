"""The page "From a .tflite file to an emulated board" holds what it promises."""

import re
import shutil

import pytest

from pages import DOCS, follow, read_page

FILE = DOCS.parent / "tests" / "golden" / "version_1" / "image.tflite"


@pytest.mark.skipif(
    not (shutil.which("arm-none-eabi-gcc") and shutil.which("qemu-system-arm")),
    reason="not installed: arm-none-eabi-gcc, qemu-system-arm",
)
def test_five_commands_end_with_a_network_that_passes_on_an_emulated_board(tmp_path):
    page = read_page("from-tflite-to-a-board.md")
    assert len(page.commands) == 5
    wanted = ["sbnn-export", "arm-none-eabi-gcc", "qemu-system-arm"]
    assert [command.split()[0] for command in page.to_run()] == wanted
    shutil.copy(FILE, tmp_path)
    said = follow(page, tmp_path)
    # Another compiler takes another stack.
    measured = re.compile(r"\d+ ticks a sample, \d+ bytes")
    assert measured.sub("", said[-1]) == measured.sub("", page.promised)
    assert measured.search(said[-1]) and "PASS; 0 of 1" in said[-1]
