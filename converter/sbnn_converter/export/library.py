"""A folder of C sources that build systems take in as a library, and what tells them how."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import Path

from sbnn_converter.export.templates import fill
from sbnn_converter.version import __version__

TEMPLATES = Path(__file__).with_name("templates")
STACK = TEMPLATES / "stack.h.in"  # for examples
_SOURCES = (".c", ".cpp")
_SPDX = "SPDX-License-Identifier: Apache-2.0"


@dataclasses.dataclass(frozen=True)
class Library:
    """A library in a folder of its name; ``src`` in it is all there is to include.

    Attributes:
      name: of the folder, of its targets, and of the header ``src/<name>.h``.
      about: a sentence.
      files: path below the folder, with ``/``, to content.
      requires: the libraries beside it that it calls.
      needs_tflm: it is written in C++ against TensorFlow Lite Micro.
      is_shared: networks share it, so that a firmware may come upon it twice.
      cmake: what its CMakeLists.txt holds beside what all have.
      options: CMake text that may add to ``<name>_OPTIONS``.
    """

    name: str
    about: str
    files: Mapping[str, bytes]
    requires: tuple[str, ...] = ()
    needs_tflm: bool = False
    is_shared: bool = False
    cmake: str = ""
    options: str = ""

    def sources(self) -> list[str]:
        """The files to compile."""
        return sorted(p for p in self.files if p.startswith("src/") and p.endswith(_SOURCES))

    def folder(self) -> dict[str, bytes]:
        """All that its folder holds, descriptors included: path below it to content."""
        texts = {
            "CMakeLists.txt": self._cmake(),
            "sources.cmake": self._source_list(),
            "library.properties": self._arduino(),
            "library.json": self._platformio(),
            "idf_component.yml": idf_manifest(self.about, self._finds_tflm),
        }
        files = {path: text.encode() for path, text in texts.items()} | dict(self.files)
        files = {path: licensed(path, content) for path, content in files.items()}
        return files | {"LICENSE": license_text()}

    def zephyr_part(self) -> str:
        """What makes it in a Zephyr module's CMakeLists.txt."""
        return fill(
            TEMPLATES / "zephyr" / "library.cmake",
            {
                "name": self.name,
                "upper_name": self.name.upper(),
                "guard": f" AND NOT TARGET {self.name}" if self.is_shared else "",
                "more": _text("zephyr/tflm.cmake") if self.needs_tflm else "",
            },
        )

    def kconfig_part(self) -> str:
        """What lets a Zephyr application choose it."""
        lines = [f"config {self.name.upper()}"]
        if self.is_shared:
            lines += ["\tbool"]
        else:
            lines += [f'\tbool "{self.name}: a sparse binary neural network"']
            lines += ["\tdepends on TENSORFLOW_LITE_MICRO"] * self.needs_tflm
        lines += [f"\tselect {name.upper()}" for name in self.requires]
        if not self.is_shared:
            lines += ["\thelp", f"\t  {self.about}"]
        return "\n".join(lines) + "\n\n"

    def _cmake(self) -> str:
        guard = f"if(TARGET {self.name})  # from another exported folder\n  return()\nendif()"
        links = " ".join(self.requires)
        requires = "".join(
            f"if(NOT TARGET {name})\n"
            f"  add_subdirectory(${{CMAKE_CURRENT_LIST_DIR}}/../{name}\n"
            f"                   ${{CMAKE_CURRENT_BINARY_DIR}}/{name})\n"
            "endif()\n"
            for name in self.requires
        )
        more = f"target_link_libraries({self.name} PUBLIC {links})\n" if links else ""
        cplusplus = " $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti -fno-exceptions>"
        return fill(
            TEMPLATES / "library_CMakeLists.txt",
            {
                "name": self.name,
                "about": self.about,
                "options": self.options,
                "idf_requires": idf_requires(self.requires, self._finds_tflm),
                "guard": guard if self.is_shared else "",
                "languages": "C CXX" if self.needs_tflm else "C",
                "requires": requires,
                "standard": " CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON" * self.needs_tflm,
                "cplusplus_options": cplusplus * self.needs_tflm,
                "more": more + self.cmake,
            },
        )

    def _source_list(self) -> str:
        listed = "".join(f"  ${{CMAKE_CURRENT_LIST_DIR}}/{path}\n" for path in self.sources())
        return f"set({self.name}_SOURCES\n{listed})\n"

    def _arduino(self) -> str:
        return (
            fill(
                TEMPLATES / "library.properties",
                {
                    "name": self.name,
                    "version": self._version(),
                    "about": self.about,
                    "more": "Needs a library with TensorFlow Lite Micro."
                    if self.needs_tflm
                    else "Plain C99, without an interpreter.",
                    "depends": f"depends={', '.join(self.requires)}\n" if self.requires else "",
                },
            ).rstrip()
            + "\n"
        )

    def _platformio(self) -> str:
        library = {
            "name": self.name,
            "version": self._version(),
            "description": self.about,
            "license": "Apache-2.0",
            "frameworks": "*",
            "platforms": "*",
            "headers": f"{self.name}.h",
            "dependencies": [{"name": name} for name in self.requires],
            "build": {
                "srcDir": "src",
                "includeDir": "src",
                # No TF_LITE_STATIC_MEMORY: it has to be as in TensorFlow Lite Micro.
                "flags": ["-ffp-contract=off"],
            },
        }
        return json.dumps({k: v for k, v in library.items() if v}, indent=2) + "\n"

    @property
    def _finds_tflm(self) -> bool:
        """Networks have TensorFlow Lite Micro from the library of its ops."""
        return self.needs_tflm and self.is_shared

    def _version(self) -> str:
        numbers = re.match(r"\d+\.\d+\.\d+", __version__)
        return numbers[0] if numbers and self.is_shared else "1.0.0"


def _text(template: str) -> str:
    return (TEMPLATES / template).read_text()


def idf_requires(components: tuple[str, ...], needs_tflm: bool) -> str:
    """The last argument of ``idf_component_register``."""
    names = [*components, *(["esp-tflite-micro"] if needs_tflm else [])]
    return f"\n                         REQUIRES {' '.join(names)}" if names else ""


def idf_manifest(about: str, needs_tflm: bool) -> str:
    """An ``idf_component.yml``."""
    text = f'version: "1.0.0"\ndescription: "{about}"\nlicense: Apache-2.0\n'
    if needs_tflm:
        text += 'dependencies:\n  espressif/esp-tflite-micro: "^1.3.1"\n'
    return text


def license_text() -> bytes:
    """The Apache License 2.0."""
    return (TEMPLATES / "LICENSE").read_bytes()


def licensed(path: str, content: bytes) -> bytes:
    """A file with its license in the first line, where its kind has comments."""
    suffix = Path(path).suffix
    if suffix in (".c", ".h"):
        line = f"/* {_SPDX} */\n"
    elif suffix in (".cpp", ".ino"):
        line = f"// {_SPDX}\n"
    elif suffix in (".cmake", ".yml", ".mk") or path.endswith(("CMakeLists.txt", "Kconfig")):
        line = f"# {_SPDX}\n"
    else:
        return content
    return line.encode() + content
