"""A folder of networks that are a single pair of files each, kernels and all."""

from __future__ import annotations

from pathlib import Path

from sbnn_converter.c_export.test_vector import NoTestVector, expected_outputs, test_texts
from sbnn_converter.errors import ConversionError
from sbnn_converter.export.collection import PAIRS
from sbnn_converter.export.folder import folder_output, open_folder
from sbnn_converter.export.library import license_text, licensed
from sbnn_converter.export.outputs import Output
from sbnn_converter.standalone import Export
from sbnn_converter.standalone.single_source import single_source

FLAG = "--c_dir"


def single_files(model: bytes, export: Export, samples) -> dict[str, str]:
    """``<name>.h`` and ``<name>.c``, and a program that checks them: name to text.

    Args:
      model: the flatbuffer.
      export: what was made of it.
      samples: for the test vector, as of ``export_c``. Where TensorFlow Lite Micro cannot
        tell the answers there is no such program.

    Raises:
      ConversionError: number or shape of the samples does not fit the model.
    """
    name = export.name
    texts = {f"{name}.h": export.texts[f"src/{name}.h"], f"{name}.c": single_source(export)}
    try:
        tests = test_texts(export, expected_outputs(model, export, samples))
    except NoTestVector:
        return texts
    for suffix in (".h", ".c"):
        texts[f"{name}_test_vector{suffix}"] = tests[f"src/{name}_test_vector{suffix}"]
    return texts | {f"{name}_main.c": tests["main.c"]}


def collect_single(folder: Path, name: str, texts: dict[str, str]) -> Output:
    """Puts a network's files into a folder, beside those of other networks.

    Args:
      folder: a new or an empty one, or one of earlier exports of this kind.
      name: the network's.
      texts: its files.

    Raises:
      ConversionError, OSError: as ``open_folder``, or the folder holds networks beside
        kernels that they share, or files of this name are another network's.
    """
    target, manifest = open_folder(folder, FLAG)
    if manifest.get("networks"):
        raise ConversionError(
            f"folder '{folder}' holds networks beside kernels that they share, which a single "
            f"file does not: choose another folder with {FLAG}, or leave out --single_file"
        )
    others = {other: files for other, files in pairs(manifest).items() if other != name}
    mine = {file.lower() for file in texts}  # some file systems do not care
    for other, files in others.items():
        if mine & {file.lower() for file in files}:
            raise ConversionError(
                f"folder '{folder}' holds '{other}', which has files of the same names: choose "
                f"another name than '{name}' with --name, or another folder with {FLAG}"
            )
    contents = {file: licensed(file, text.encode()) for file, text in texts.items()}
    contents |= {file: (target / file).read_bytes() for files in others.values() for file in files}
    contents["LICENSE"] = license_text()
    listed = dict(sorted({**others, name: sorted(texts)}.items()))
    return folder_output(folder, contents, FLAG, more={PAIRS: listed})


def pairs(manifest: dict) -> dict[str, list[str]]:
    """The networks that a folder's list names, with their files."""
    found = manifest.get(PAIRS, {})
    return found if isinstance(found, dict) else {}
