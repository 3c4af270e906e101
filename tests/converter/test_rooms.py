"""docs/architecture.md lists the rooms of sbnn_converter as `make check` holds them."""

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def listed_rooms() -> list[set[str]]:
    """The rooms of each row of the table, from those below to those above."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    table = text[text.index("## The rooms") : text.index("## The way through")]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [set(re.findall(r"`(\w+)(?:/|\.py)`", row)) for row in rows]


def test_the_table_is_the_contract():
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = contracts["importlinter:contract:rooms"]["layers"].strip().splitlines()
    assert listed_rooms() == [set(layer.split(" : ")) for layer in reversed(layers)]
