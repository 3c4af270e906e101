"""A network and the kernels that it needs as one C source.

The files stand in it one after another, each header where the first file asks for it. That
works because static functions, types and constants of all kernels have different names
(``tests/standalone/test_single_source.py``); macros may have the same ones: behind a file
its macros end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from sbnn_converter.export import c_sources
from sbnn_converter.export.shared_libraries import version_check
from sbnn_converter.standalone.export import Export
from sbnn_converter.standalone.kernel_files import included_files

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"].*\n', re.M)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.M)
_OPTIMIZE = re.compile(r"^#pragma GCC optimize\b.*\n", re.M)
_GUARD = re.compile(r"_H_$")
# What a file does to the compiler: it begins anew for each that includes it, and ends with it.
_HOT = "kernels/src/hot.h"
_GCC = "#if defined(__GNUC__) && !defined(__clang__)\n"
# Compilers are silent about what a header has and nobody calls; in a source they are not.
_QUIET = (
    "#if defined(__clang__)\n#pragma clang diagnostic push\n"
    '#pragma clang diagnostic ignored "-Wunused-function"\n#endif\n'
)
_LOUD = "#if defined(__clang__)\n#pragma clang diagnostic pop\n#endif\n"


def single_source(export: Export) -> str:
    """The text of ``<name>.c`` with all kernels that the network needs, and only them.

    What the kernels call themselves begins with the network's name there, so that several
    such files fit into one firmware.
    """
    name = export.name
    own = export.texts[f"src/{name}.c"].replace(version_check(name), "")
    constants = f"{name}_constants.h"
    own = own.replace(f'#include "{constants}"\n', export.texts[f"src/{constants}"])
    own, standard = _without_includes(own, {"stdint.h"})
    head, _, rest = own.partition("*/\n")
    kernels, more = joined(path for path in export.kernels if path.endswith(".c"))
    includes = "".join(f"#include <{header}>\n" for header in sorted(standard | more))
    text = (
        f"{head}*/\n"
        f'#include "{name}.h"\n\n{includes}\n'
        f"{_QUIET}\n{kernels}\n{_LOUD}\n/* The network. */\n{rest.lstrip()}"
    )
    return re.sub(r"\bsbnn_(?=\w)", f"{name}_sbnn_", text)


def joined(sources: Iterable[str]) -> tuple[str, set[str]]:
    """C sources as one text, without a single ``#include``.

    Args:
      sources: paths below ``c_sources.root()``; the headers that they include come along.

    Returns:
      The text, and the headers of the C library that it needs.
    """
    # Headers that several share stand at the first of them: where code is for speed.
    paths = sorted(sources, key=lambda path: (_HOT not in _reached(path), path))
    users = Counter(header for path in paths for header in _reached(path))
    written: set[str] = set()
    standard: set[str] = set()
    shared = {
        macro
        for header, count in users.items()
        if count > 1
        for macro in _DEFINE.findall(c_sources.read(header))
    }
    parts = []
    for path in paths:
        parts.append(_unit(path, written, standard, shared))
    return "\n".join(parts), standard


def _unit(path: str, written: set[str], standard: set[str], shared: set[str]) -> str:
    """A source with the headers that are not there yet, and nothing of it left behind it."""
    body = _inlined(path, written, standard)
    if _OPTIMIZE.search(body):
        body = (
            f"{_GCC}#pragma GCC push_options\n#endif\n{body}{_GCC}#pragma GCC pop_options\n#endif\n"
        )
    # One that a header ends itself may be begun again by the next.
    macros = dict.fromkeys(m for m in _DEFINE.findall(body) if not _GUARD.search(m))
    undefined = "".join(f"#undef {macro}\n" for macro in macros if macro not in shared)
    return f"{body}{undefined}"


def _inlined(path: str, written: set[str], standard: set[str]) -> str:
    """The text of a file with those that it includes, unless they stand there already."""
    text = c_sources.read(path)
    if path == _HOT:
        inside = text[text.index('#include "place.h"') : text.rindex("#endif")]
        text = inside.rstrip() + "\n"
    elif path in written:
        return ""
    written.add(path)
    found = iter(included_files(path))

    def replace(match: re.Match) -> str:
        if match[1] == "<":
            standard.add(match[2])
            return ""
        return _inlined(next(found), written, standard)

    return _INCLUDE.sub(replace, text)


def _reached(path: str) -> set[str]:
    """All headers that a file includes, by others as well."""
    reached: set[str] = set()
    waiting = included_files(path)
    while waiting:
        header = waiting.pop()
        if header not in reached:
            reached.add(header)
            waiting += included_files(header)
    return reached


def _without_includes(text: str, standard: set[str]) -> tuple[str, set[str]]:
    """A text without its ``#include`` lines, and the C library's headers among them."""
    found = standard | {name for kind, name in _INCLUDE.findall(text) if kind == "<"}
    return _INCLUDE.sub("", text), found
