"""From a .tflite file to a folder that a firmware project takes in as it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sbnn_converter.cost_model.stack import ADVISED_STACK_BYTES, MICRO_STACK_BYTES
from sbnn_converter.export.collection import collect
from sbnn_converter.export.folder import check_folder
from sbnn_converter.export.library import STACK, Library
from sbnn_converter.export.network_name import DEFAULT_NAME, check_network_name
from sbnn_converter.export.outputs import write_all
from sbnn_converter.export.shared_libraries import required, version_check
from sbnn_converter.export.templates import fill
from sbnn_converter.micro import Interpreter
from sbnn_converter.micro_export.arena import ALIGNMENT, measure_arena
from sbnn_converter.micro_export.arrays import aligned_bytes, array_of
from sbnn_converter.micro_export.model_facts import op_additions
from sbnn_converter.micro_export.test_vector import make_test_vector
from sbnn_converter.tflite.model_file import read_model
from sbnn_converter.tflite.wiring import has_variables

FLAG = "--micro_dir"
_README_RESET = "interpreter.Reset();  // before every sample: its recurrent layers keep states\n"
_TEMPLATES = Path(__file__).with_name("templates")


def export_micro(
    model: bytes | str | os.PathLike,
    folder: str | os.PathLike,
    *,
    name: str = DEFAULT_NAME,
    samples: Sequence[np.ndarray] | np.ndarray | None = None,
) -> Path:
    """Writes all that firmware with TensorFlow Lite Micro needs to run ``model``.

    The network is a library ``<folder>/<name>``: the model as a C array, a resolver with
    exactly its ops, the arena's size as measured here, a test vector and an example
    program. The kernels and op registrations are libraries beside it. Further networks
    may be exported into the same folder.

    ```python
    sbnn_converter.export_micro("model.tflite", "firmware", samples=images[:3])
    ```

    Args:
      model: the flatbuffer as bytes, or the path of a .tflite file.
      folder: where to write: a new or an empty folder, or one of earlier exports. An
        earlier network of this name is replaced.
      name: the network's, a C identifier: its namespace, and what its files are called.
      samples: inputs for the test vector, of shape ``[n, ...]``; a list of them if the
        model has several inputs. Floats are quantized for int8 and uint8 inputs.
        ``None``: one random sample.

    Returns:
      The folder.

    Raises:
      ConversionError: the model has ops that TensorFlow Lite Micro lacks, the name is
        none, or the folder holds something else.
      ImportError: the ``tflite-micro`` wheel is not installed.
      OSError: the folder cannot be written; nothing of it is left then.
    """
    folder = Path(folder)
    check_folder(folder, FLAG)
    check_network_name(name)
    library = micro_library(read_model(model), name, samples)
    write_all([collect(folder, library, FLAG).output])
    return folder


def micro_library(
    model: bytes, name: str, samples: Sequence[np.ndarray] | np.ndarray | None = None
) -> Library:
    """The network's folder. See ``export_micro``."""
    additions = op_additions(model)
    arena = measure_arena(model)
    vector = make_test_vector(Interpreter(model), samples)
    values = {
        "name": name,
        "upper_name": name.upper(),
        "model_bytes": len(model),
        "model_array": aligned_bytes(model),
        # Room for an array that is not aligned.
        "arena_bytes": -(-arena.smallest // ALIGNMENT) * ALIGNMENT + ALIGNMENT,
        "arena_used": arena.used,
        "stack_bytes": f"{MICRO_STACK_BYTES:,}",
        "advised_stack_bytes": ADVISED_STACK_BYTES,
        "op_count": len(additions),
        "op_additions": "".join(
            f"  if ({addition.call} != kTfLiteOk) return kTfLiteError;\n" for addition in additions
        ),
        "op_list": ", ".join(addition.op for addition in additions),
        "reset_main": _reset("interpreter.", "return false") if has_variables(model) else "",
        "reset_readme": _README_RESET if has_variables(model) else "",
        "reset_sketch": _reset("interpreter->", "return") if has_variables(model) else "",
        "samples": vector.samples,
        "inputs": len(vector.inputs),
        "outputs": len(vector.outputs),
        "arrays": "\n".join(
            array_of(f"k{kind}{i}", values)
            for kind, tensors in (("Input", vector.inputs), ("Output", vector.outputs))
            for i, values in enumerate(tensors)
        ),
        "input_list": _test_tensors("Input", vector.inputs),
        "output_list": _test_tensors("Output", vector.outputs),
        "version_check": version_check(name),
        "stack": fill(STACK, {"painted_bytes": ADVISED_STACK_BYTES - 512}),
    }
    files = {}
    for path, template in (
        ("README.md", "README.md"),
        ("main.cpp", "main.cpp"),
        (f"examples/{name}_test/{name}_test.ino", "sketch.ino"),
        (f"src/{name}.h", "umbrella.h"),
        (f"src/{name}/model.h", "model.h"),
        (f"src/{name}/model.cpp", "model.cpp"),
        (f"src/{name}/ops.h", "ops.h"),
        (f"src/{name}/test_vector.h", "test_vector.h"),
        (f"src/{name}/test_vector.cpp", "test_vector.cpp"),
    ):
        files[path] = fill(_TEMPLATES / template, values).encode()
    return Library(
        name=name,
        about="A sparse binary neural network for TensorFlow Lite Micro.",
        files=files,
        requires=required(needs_tflm=True),
        needs_tflm=True,
        cmake=fill(_TEMPLATES / "example.cmake", {"name": name}),
    )


def _test_tensors(kind: str, tensors: Sequence[np.ndarray]) -> str:
    lines = []
    for i, values in enumerate(tensors):
        is_float = "true" if values.dtype == np.float32 else "false"
        lines.append(f"    {{k{kind}{i}, {values[0].nbytes}, {is_float}}},\n")
    return "".join(lines)


def _reset(interpreter: str, way_out: str) -> str:
    """The states of recurrent layers, which TensorFlow Lite Micro keeps between calls."""
    return (
        "  // The states of recurrent layers begin anew with every sample.\n"
        f"  if ({interpreter}Reset() != kTfLiteOk) {way_out};\n"
    )
