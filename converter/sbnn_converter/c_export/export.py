"""From a .tflite file to a folder of standalone C beside its kernels."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sbnn_converter.c_export.single_file import collect_single, single_files
from sbnn_converter.c_export.test_vector import NoTestVector, expected_outputs, test_texts
from sbnn_converter.export.collection import collect
from sbnn_converter.export.library import Library
from sbnn_converter.export.network_name import DEFAULT_NAME, check_network_name
from sbnn_converter.export.outputs import write_all
from sbnn_converter.export.shared_libraries import required
from sbnn_converter.export.templates import fill
from sbnn_converter.standalone import Export, plan_export
from sbnn_converter.standalone.call import c_name
from sbnn_converter.standalone.model_text import parameters, signature
from sbnn_converter.tflite.model_file import read_model

FLAG = "--c_dir"
_README = Path(__file__).with_name("templates") / "README.md"


def export_c(
    model: bytes | str | os.PathLike,
    folder: str | os.PathLike,
    *,
    name: str = DEFAULT_NAME,
    samples: Sequence[np.ndarray] | np.ndarray | None = None,
    single_file: bool = False,
) -> Export:
    """Writes a converted model as standalone C99.

    The network is a library ``<folder>/<name>`` beside the library ``<folder>/sbnn`` of
    the kernels. Further networks may be exported into the same folder.

    ```python
    export = sbnn_converter.export_c("model.tflite", "networks", name="digits")
    print(export.ram_bytes)  # call digits_invoke() of networks/digits/src/digits.h
    ```

    Args:
      model: the flatbuffer as bytes, or the path of a .tflite file.
      folder: where to write: a new or an empty folder, or one of earlier exports. An
        earlier network of this name is replaced.
      name: the network's, a C identifier: prefix of its files and names.
      samples: inputs for the test vector, of shape ``[n, ...]``; a list of them if the
        model has several inputs. Floats are quantized for int8 and uint8 inputs.
        ``None``: one random sample. The outputs are those of TensorFlow Lite Micro; where
        that is not installed or refuses the model, there is no test vector.
      single_file: instead of libraries, write ``<name>.c`` and ``<name>.h`` with all kernels
        that the network needs, and beside them its test vector and a program that runs it.

    Returns:
      What was written.

    Raises:
      ConversionError: an op of the model has no C kernel (the message lists them all),
        ``name`` is none, or the folder holds other files.
      ValueError: the model is damaged, or no .tflite file.
      OSError: the folder cannot be written.
    """
    check_network_name(name)
    content = read_model(model)
    export = plan_export(content, name=name)
    if single_file:
        output = collect_single(Path(folder), name, single_files(content, export, samples))
    else:
        output = collect(Path(folder), c_library(content, export, samples), FLAG).output
    write_all([output])
    return export


def c_library(
    model: bytes, export: Export, samples: Sequence[np.ndarray] | np.ndarray | None
) -> Library:
    """The network's folder.

    Raises:
      ConversionError: number or shape of the samples does not fit the model.
    """
    name = export.name
    texts = dict(export.texts)
    try:
        texts |= test_texts(export, expected_outputs(model, export, samples))
    except NoTestVector as reason:
        test = f"None could be made: {reason}."
    else:
        test = (
            f"`{name}_self_test` (`src/{name}_test_vector.h`) runs samples and compares with what "
            "TensorFlow Lite Micro\nanswers. `main.c` calls it, for a board or this machine "
            f"(`cmake --build ... --target {name}-test`), and so does the\nArduino sketch in "
            "`examples`."
        )
    texts["README.md"] = _readme(export, test)
    return Library(
        name=name,
        about="A sparse binary neural network in plain C99.",
        files={path: text.encode() for path, text in texts.items()},
        requires=required(needs_tflm=False),
        cmake=_cmake(name) if "main.c" in texts else "",
    )


def _cmake(name: str) -> str:
    # No network's target: names have no hyphens.
    return (
        "if(NOT TARGET zephyr_interface)\n"
        f"  add_executable({name}-test EXCLUDE_FROM_ALL main.c)\n"
        f"  target_link_libraries({name}-test PRIVATE {name})\n"
        "endif()\n"
    )


def _readme(export: Export, test: str) -> str:
    name, network = export.name, export.network
    found = parameters(network)
    rows = (
        f"| `{argument}` | `{c_name(tensor.type)}` | "
        f"{' x '.join(str(d) for d in tensor.shape[1:]) or 1} | "
        + (f"{tensor.scale:.9g}, {tensor.zero} |" if len(tensor.scales) else "- |")
        for argument, tensor, _ in found
    )
    return fill(
        _README,
        {
            "name": name,
            "upper_name": name.upper(),
            "signature": signature(name, network),
            "signature_in": signature(name, network, in_memory=True),
            "rows": "\n".join(rows),
            "call": ", ".join(argument for argument, _, _ in found),
            "ram_bytes": f"{export.work_bytes[0]:,}",
            "test": test,
        },
    )
