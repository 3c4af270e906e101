"""The page "From Keras to a board" holds what it promises, command by command."""

import re
import shutil

import pytest

from pages import follow, read_page


@pytest.mark.skipif(
    not (shutil.which("arm-none-eabi-gcc") and shutil.which("qemu-system-arm")),
    reason="not installed: arm-none-eabi-gcc, qemu-system-arm",
)
def test_the_page_ends_with_a_firmware_that_reads_a_digit(tmp_path):
    page = read_page("from-keras-to-a-board.md", behind="## Set up")
    assert [c.split()[0] for c in page.to_run()] == ["python", "sbnn-convert", "python"]
    said = follow(page, tmp_path)[-1]
    label = re.search(r"LABEL = (\d)", (tmp_path / "digit.h").read_text())[1]
    assert f"this is a {label}" in said
    picture = [line.rstrip() for line in said.split("this is")[0].splitlines()]
    assert picture == page.promised.split("this is")[0].splitlines()
