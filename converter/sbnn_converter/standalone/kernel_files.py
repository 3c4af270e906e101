"""Which C files a network needs: found in the sources themselves.

A kernel's source names what it calls; where that is defined, and which headers are
read, is looked up. Nothing has to be kept up to date by hand.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterable

from sbnn_converter.export import c_sources

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_NAME = re.compile(r"\bsbnn_\w+")
# A definition: a line that begins with a type and has a body after its parameters.
_DEFINITION = re.compile(r"^(?!static\b)(?:\w[\w \t*]*?[\s*])(sbnn_\w+)\s*\([^;{}]*\)\s*\{", re.M)
# A declaration in a header: it begins where a line does, as calls do not.
_DECLARATION = re.compile(r"^\w[\w \t*]*?\bsbnn_\w+\s*\([^;{}]*\)\s*;", re.M)
# A table that other files read.
_TABLE = re.compile(r"^const\s[^;{}=(]*?\b(sbnn_\w+)\s*\[[^;{}=]*=\s*\{", re.M)
_HEADER_FOLDERS = ("kernels/include", "runtime")


@functools.cache
def _text(path: str) -> str:
    return _COMMENT.sub(" ", c_sources.read(path))


def _code(path: str) -> str:
    """A source, or what a header has of code: not what it declares."""
    text = _text(path)
    return text if path.endswith(".c") else _DECLARATION.sub("", text)


@functools.cache
def _defined_in() -> dict[str, str]:
    """Function or table to the source that defines it."""
    sources = [
        *c_sources.kernel_sources(),
        *(p for p in c_sources.runtime_files("c") if p.endswith(".c")),
    ]
    found = {}
    for path in sources:
        text = _text(path)
        for name in (*_DEFINITION.findall(text), *_TABLE.findall(text)):
            found[name] = path
    return found


def included_files(path: str) -> list[str]:
    """The files of ours that ``path`` includes, in their order; all are below
    ``c_sources.root()``."""
    known = {
        *c_sources.kernel_headers(),
        *c_sources.kernel_inner_headers(),
        *c_sources.runtime_files("c"),
    }
    found = []
    for name in _INCLUDE.findall(_text(path)):
        places = [posixpath.join(posixpath.dirname(path), name)]
        places += [posixpath.join(folder, name) for folder in _HEADER_FOLDERS]
        found += [place for place in places if place in known][:1]
    return found


def needed_files(functions: Iterable[str], headers: Iterable[str]) -> list[str]:
    """Sources and headers for a program that calls ``functions``.

    Args:
      functions: names of kernels.
      headers: what the program includes, as it writes it.

    Returns:
      Paths below ``c_sources.root()``, sorted.
    """
    defined = _defined_in()
    waiting = [defined[name] for name in functions]
    for header in headers:
        places = [header, *(f"{folder}/{header}" for folder in _HEADER_FOLDERS)]
        waiting += [place for place in places if (c_sources.root() / place).exists()][:1]
    needed: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in needed:
            continue
        needed.add(path)
        waiting += included_files(path)
        waiting += [defined[n] for n in _NAME.findall(_code(path)) if n in defined]
    return sorted(needed)
