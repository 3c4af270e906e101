"""A folder of networks for firmware, beside the libraries that they share.

Exporting one more network there adds it, under the same name replaces it; the shared
libraries are always those of this version. What else lies in the folder is refused
(``folder.py``).
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from sbnn_converter.errors import ConversionError
from sbnn_converter.export.folder import folder_output, open_folder
from sbnn_converter.export.library import (
    TEMPLATES,
    Library,
    idf_manifest,
    idf_requires,
    license_text,
    licensed,
)
from sbnn_converter.export.network_name import check_network_name
from sbnn_converter.export.outputs import Output
from sbnn_converter.export.shared_libraries import KERNELS, required, shared_libraries, sources_id
from sbnn_converter.export.templates import fill

# What the list of a folder's files calls networks that are a single pair of files each.
PAIRS = "single_files"
# What stands behind a network's name in headers and their guards.
_OWN_HEADERS = ("_constants", "_model", "_ops", "_test_vector")
_KINDS = {False: "standalone C", True: "a network for TensorFlow Lite Micro"}


@dataclasses.dataclass(frozen=True)
class Collected:
    """A folder that is ready to be written.

    Attributes:
      output: the folder as it will be.
      outdated: networks in it that were exported for other kernels: they do not compile
        until they are exported again.
    """

    output: Output
    outdated: tuple[str, ...]


def collect(folder: Path, network: Library, flag: str) -> Collected:
    """Puts a network into a folder, beside those that are there.

    Args:
      folder: a new or an empty one, or one of earlier exports.
      network: the network's library.
      flag: where the user chose the folder, for messages.

    Raises:
      ConversionError, OSError: as ``open_folder``, or the folder holds another kind of
        network of this name.
    """
    target, manifest = open_folder(folder, flag)
    if manifest.get(PAIRS):
        raise ConversionError(
            f"folder '{folder}' holds networks of --single_file, whose kernels are their own: "
            f"choose another folder with {flag}"
        )
    networks = _networks(manifest)
    _check_name(folder, network, networks, flag)
    files = {
        path.relative_to(target).as_posix(): path.read_bytes()
        for name in networks
        if name != network.name
        for path in (target / name).rglob("*")
        if path.is_file()
    }
    networks[network.name] = _Entry(network.needs_tflm, sources_id(), network.about)
    networks = dict(sorted(networks.items()))
    shared = shared_libraries(any(entry.needs_tflm for entry in networks.values()))
    for library in (*shared, network):
        files |= {f"{library.name}/{p}": content for p, content in library.folder().items()}
    files |= _top_files(networks, shared, files)
    entries = {name: dataclasses.asdict(entry) for name, entry in networks.items()}
    outdated = [name for name, entry in networks.items() if entry.kernels != sources_id()]
    return Collected(
        folder_output(folder, files, flag, more={"networks": entries}), tuple(outdated)
    )


@dataclasses.dataclass(frozen=True)
class _Entry:
    """What the list of a folder's files says of a network in it."""

    needs_tflm: bool
    kernels: str
    about: str


def _networks(manifest: dict) -> dict[str, _Entry]:
    """Those of earlier exports; none of what knew no such list."""
    found = manifest.get("networks", {})
    try:
        return {check_network_name(name): _Entry(**entry) for name, entry in found.items()}
    except (TypeError, AttributeError, ConversionError):
        return {}


def _check_name(folder: Path, network: Library, others: dict[str, _Entry], flag: str) -> None:
    for name, entry in others.items():
        for longer, shorter in ((network.name, name), (name, network.name)):
            if longer.lower() in (shorter.lower() + suffix for suffix in _OWN_HEADERS):
                raise ConversionError(
                    f"folder '{folder}' holds '{name}', and '{longer}.h' is a header of "
                    f"'{shorter}': choose another name than '{network.name}' with --name, or "
                    f"another folder with {flag}"
                )
        if name == network.name and entry.needs_tflm == network.needs_tflm:
            continue
        if name.lower() == network.name.lower():  # as macros, and some file systems, have it
            raise ConversionError(
                f"folder '{folder}' holds '{name}', {_KINDS[entry.needs_tflm]}, already: choose "
                f"another name than '{network.name}' with --name, or another folder with {flag}"
            )


def _top_files(
    networks: dict[str, _Entry], shared: list[Library], files: dict[str, bytes]
) -> dict[str, bytes]:
    """What speaks of all libraries of the folder."""
    uses_tflm = any(entry.needs_tflm for entry in networks.values())
    libraries = [library.name for library in shared] + list(networks)
    texts = {
        "CMakeLists.txt": fill(
            TEMPLATES / "collection_CMakeLists.txt",
            {
                "libraries": " ".join(libraries),
                "languages": "C CXX" if uses_tflm else "C",
                "idf_requires": idf_requires((), uses_tflm),
            },
        ),
        "idf_component.yml": idf_manifest("Sparse binary neural networks", uses_tflm),
        "zephyr/module.yml": (TEMPLATES / "zephyr" / "module.yml").read_text(),
        "zephyr/CMakeLists.txt": "# What prj.conf chooses.\n"
        + "".join(library.zephyr_part() for library in shared),
        "zephyr/Kconfig": "".join(library.kconfig_part() for library in shared),
        "README.md": _readme(networks, shared),
    }
    for name, entry in networks.items():
        stand_in = Library(name, entry.about, {}, required(entry.needs_tflm), entry.needs_tflm)
        texts["zephyr/CMakeLists.txt"] += stand_in.zephyr_part()
        texts["zephyr/Kconfig"] += stand_in.kconfig_part()
        if not entry.needs_tflm:
            texts[f"{name}.mk"] = _make(name, files)
    texts["zephyr/Kconfig"] = texts["zephyr/Kconfig"].rstrip() + "\n"
    return {path: licensed(path, text.encode()) for path, text in texts.items()} | {
        "LICENSE": license_text()
    }


def _make(name: str, files: dict[str, bytes]) -> str:
    folders = (f"{name}/src/", f"{KERNELS}/src/")
    sources = sorted(p for p in files if p.startswith(folders) and p.endswith(".c"))
    listed = " \\\n  ".join(f"$({name}_DIR){path}" for path in sources)
    return fill(TEMPLATES / "network.mk", {"name": name, "kernels": KERNELS, "sources": listed})


def _readme(networks: dict[str, _Entry], shared: list[Library]) -> str:
    rows = [f"| `{library.name}` | {library.about} |" for library in shared]
    rows += [f"| `{name}` | {entry.about} |" for name, entry in networks.items()]
    chosen = [f"`CONFIG_{name.upper()}=y`" for name in networks]
    flags = {"--micro_dir" if entry.needs_tflm else "--c_dir" for entry in networks.values()}
    return fill(
        TEMPLATES / "collection_README.md",
        {
            "rows": "\n".join(rows),
            "names": " ".join(networks),
            "kconfig": ", ".join(chosen),
            "flag": "|".join(sorted(flags)),
        },
    )
