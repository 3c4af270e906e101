"""The page "From Keras to a board" holds what it promises, command by command."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "from-keras-to-a-board.md"
# A block, and the name of a file if one stands right above it.
BLOCK = re.compile(r"(?:^`(\S+)`\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(
    not (shutil.which("arm-none-eabi-gcc") and shutil.which("qemu-system-arm")),
    reason="not installed: arm-none-eabi-gcc, qemu-system-arm",
)
def test_the_page_ends_with_a_firmware_that_reads_a_digit(tmp_path):
    text = PAGE.read_text()
    commands, promised = [], None
    for name, language, body in BLOCK.findall(text.split("## Set up", 1)[1]):
        if name:
            (tmp_path / name).write_text(body)
        elif language == "sh":
            commands += body.splitlines()
        elif language == "text":
            promised = body
    # The first commands install what the tests run with.
    commands = [c for c in commands if not c.startswith(("sudo ", "python3 -m venv", "pip "))]
    assert [c.split()[0] for c in commands] == ["python", "sbnn-convert", "python"]
    scripts = Path(sys.executable).parent
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    environment["PATH"] = f"{scripts}{os.pathsep}{environment['PATH']}"
    for command in commands:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    label = re.search(r"LABEL = (\d)", (tmp_path / "digit.h").read_text())[1]
    assert f"this is a {label}" in done.stdout
    picture = [line.rstrip() for line in done.stdout.split("this is")[0].splitlines()]
    assert picture == promised.split("this is")[0].splitlines()
