"""The newest version of docs/format.md that this package writes and reads."""

FORMAT_VERSION = 2
