"""Pages of docs as programs: the files that they show, and the commands that they give."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
# A block, and the name of a file if one stands right above it.
_BLOCK = re.compile(r"(?:^`(\S+)`\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What installs: tests run with what is installed.
_INSTALLS = ("sudo ", "python3 -m venv", "pip ")


@dataclasses.dataclass(frozen=True)
class Page:
    """What a page shows.

    Attributes:
      files: name to text.
      commands: in their order; a line ended by a backslash goes on.
      promised: the last output shown.
    """

    files: dict[str, str]
    commands: list[str]
    promised: str

    def to_run(self) -> list[str]:
        """The commands that do not install anything."""
        return [c for c in self.commands if not c.startswith(_INSTALLS)]


def read_page(name: str, behind: str = "") -> Page:
    """The page ``docs/<name>``, what stands in front of the text ``behind`` left out."""
    text = (DOCS / name).read_text()
    files, commands, promised = {}, [], ""
    for file, language, body in _BLOCK.findall(text[text.index(behind) :]):
        if file:
            files[file] = body
        elif language == "sh":
            commands += [line.replace("\\\n", "") for line in re.split(r"(?<!\\)\n", body) if line]
        elif language == "text":
            promised = body
    return Page(files, commands, promised)


def follow(page: Page, folder: Path) -> list[str]:
    """Writes the page's files into ``folder`` and runs its commands there.

    Returns:
      What each command printed.
    """
    for name, text in page.files.items():
        (folder / name).write_text(text)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    printed = []
    for command in page.to_run():
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        printed.append(done.stdout + done.stderr)
    return printed
