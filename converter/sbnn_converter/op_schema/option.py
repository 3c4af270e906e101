"""What an op's dataclass is made of: options with their ranges and meanings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

INT32_MAX = 2**31 - 1
MAX_SIDE = 32768  # rows and columns of an image

# When a file has an option, in the words of docs/format.md.
ALWAYS = "always"
MAY_MISS = "may be missing"
INT8_INPUT = "int8 input"
PLANES_INPUT = "input of planes"
INT8_OUTPUT = "int8 output"
INTEGER_OUTPUT = "int8, int16 or stream output"


@dataclasses.dataclass(frozen=True)
class Option:
    """An option of an op.

    Attributes:
      name: as it stands in a file.
      low, high: its least and its largest value.
      when: when a file has it, one of the words above.
      meaning: what it says.
      missing: the value that says the same as a file without it, if one does.
      since: the version of the format that a file with any other value needs.
      known: the largest value that files had before that version; None if there was none.
    """

    name: str
    low: int
    high: int
    when: str
    meaning: str
    missing: int | None = dataclasses.field(default=None, compare=False)
    since: int = dataclasses.field(default=1, compare=False)
    known: int | None = dataclasses.field(default=None, compare=False)

    def needs_its_version(self, value: int | None) -> bool:
        """Whether files had no such value before ``since``."""
        if value is None or value == self.missing:
            return False
        return self.known is None or value > self.known


def option(
    low: int,
    high: int,
    meaning: str,
    when: str = ALWAYS,
    *,
    missing: int | None = None,
    since: int = 1,
    known: int | None = None,
) -> Any:
    """A field for an option; one that is not always there is None where it is missing.

    The arguments are the attributes of ``Option``.
    """
    metadata = {
        "low": low,
        "high": high,
        "when": when,
        "meaning": meaning,
        "missing": missing,
        "since": since,
        "known": known,
    }
    if when == ALWAYS:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(metadata=metadata, default=None)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Op:
    """The options of an op. Its subclasses are named like the ops, without ``Sbnn``.

    Raises:
      ValueError: an option is out of its range.
    """

    def __post_init__(self):
        for rule in self.rules():
            value = getattr(self, rule.name)
            if value is None and rule.when != ALWAYS:
                continue
            if value is None or not rule.low <= value <= rule.high:
                raise ValueError(
                    f"Sbnn{type(self).__name__}: option {rule.name} ({rule.meaning}) is "
                    f"{value!r}: wanted {rule.low} to {rule.high}"
                )

    @classmethod
    def in_c(cls) -> str:
        """What its files, its kernel and its parameters are called in C: ``conv2d``."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def rules(cls) -> list[Option]:
        """Its options, in the order in which they were declared."""
        return [Option(f.name, **f.metadata) for f in dataclasses.fields(cls)]

    @classmethod
    def of(cls, options: Mapping[str, int]):
        """The typed form of a file's options; those that it does not know are left out.

        Raises:
          ValueError: one is missing or out of its range.
        """
        return cls(**{f.name: options.get(f.name) for f in dataclasses.fields(cls)})

    def as_dict(self) -> dict[str, int]:
        """What a file says of them."""
        found = ((f.name, getattr(self, f.name)) for f in dataclasses.fields(self))
        return {name: int(value) for name, value in found if value is not None}

    @classmethod
    def version_of(cls, options: Mapping[str, int]) -> int:
        """The oldest version of the format that has these options of a file."""
        rules = cls.rules()
        newer = [rule for rule in rules if rule.needs_its_version(options.get(rule.name))]
        return max((rule.since for rule in newer), default=1)

    @classmethod
    def names(cls) -> list[str]:
        """The options of the op itself: those that are fields of the kernel's parameters."""
        shared = [f.name for base in cls.__bases__ for f in dataclasses.fields(base)]
        return [f.name for f in dataclasses.fields(cls) if f.name not in shared]
