"""The rooms of sbnn_converter import one way, as docs/architecture.md lists them."""

import ast
import re
from pathlib import Path

import sbnn_converter

ROOT = Path(sbnn_converter.__file__).parent
ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"


def listed_rooms() -> list[set[str]]:
    """The rooms of each row of the table, from those below to those above."""
    text = ARCHITECTURE.read_text()
    table = text[text.index("## The rooms") : text.index("## The way through")]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [set(re.findall(r"`(\w+)(?:/|\.py)`", row)) for row in rows]


def imports(path: Path) -> set[str]:
    """The rooms that a file imports from, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sbnn_converter"):
            inner = node.module.split(".")[1:]
            found |= {inner[0]} if inner else {alias.name for alias in node.names}
    return found - {"__version__"}


def test_every_room_imports_from_those_above_it_only():
    rows = listed_rooms()
    place = {room: number for number, row in enumerate(rows) for room in row}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts == ("__init__",):
            continue
        room = parts[0]
        assert room in place, f"{room} stands in no row of {ARCHITECTURE.name}"
        for other in imports(path):
            allowed = other == room or place[other] < place[room] or other in rows[place[room]]
            assert allowed, f"{path.relative_to(ROOT)} imports {other}, which stands below {room}"
