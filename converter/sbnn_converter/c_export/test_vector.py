"""Samples with the outputs that standalone C has to give: TensorFlow Lite Micro's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sbnn_converter.export.library import STACK
from sbnn_converter.export.templates import fill
from sbnn_converter.micro import Interpreter
from sbnn_converter.micro_export.test_vector import TestVector, make_test_vector
from sbnn_converter.runtimes.native_log import captured_stderr
from sbnn_converter.standalone import Export
from sbnn_converter.standalone.call import array, c_name
from sbnn_converter.standalone.model_text import parameters
from sbnn_converter.tflite.flatbuffer import StoredStep

TEMPLATES = Path(__file__).with_name("templates")


class NoTestVector(Exception):
    """There is none to be had. The message says why."""


def expected_outputs(
    model: bytes, export: Export, samples: Sequence[np.ndarray] | np.ndarray | None
) -> TestVector:
    """Runs ``samples`` (``None``: a random one) in TensorFlow Lite Micro.

    Raises:
      NoTestVector: it is not installed, refuses the model or answers otherwise.
      ConversionError: number or shape of the samples does not fit the model.
    """
    for op in export.ops:
        if _differs(op):
            raise NoTestVector(f"TensorFlow Lite Micro computes {op.name} otherwise")
    try:
        with captured_stderr():
            vector = make_test_vector(Interpreter(model), samples)
    except (ImportError, RuntimeError) as error:
        raise NoTestVector(str(error)) from error
    if not all(np.isfinite(values).all() for values in vector.outputs):
        raise NoTestVector("an output is not finite")
    return vector


def _differs(op: StoredStep) -> bool:
    """Where TensorFlow Lite Micro is wrong (docs/standalone-c.md, "What it runs")."""
    if op.name == "RESIZE_NEAREST_NEIGHBOR":
        return bool(op.options.halfPixelCenters)
    if op.name in ("LOGISTIC", "TANH"):
        x = op.input(0)
        return x.type != "FLOAT32" and x.scale > 4
    return False


def test_texts(export: Export, vector: TestVector) -> dict[str, str]:
    """The sources that hold the test vector and compare with it: path to text."""
    name, upper = export.name, export.name.upper()
    arrays, declarations, buffers, arguments, compared = [], [], [], ["work"], []
    inputs, outputs = iter(vector.inputs), iter(vector.outputs)
    for argument, tensor, written in parameters(export.network):
        kind, elements = c_name(tensor.type), f"{upper}_{argument.upper()}_ELEMENTS"
        table = f"{name}_test_{argument}"
        values = next(outputs if written else inputs)
        arrays.append(array(kind, table, values).removeprefix("static "))
        declarations.append(f"extern const {kind} {table}[{upper}_TEST_SAMPLES * {elements}];")
        at = f"{table} + sample * {elements}"
        if not written:
            arguments.append(at)
            continue
        buffers.append(f"  static {kind} {argument}[{elements}];")
        arguments.append(argument)
        function = "close_to" if tensor.type == "FLOAT32" else "equal"
        compared.append(f"{function}({at}, {argument}, sizeof {argument})")
    texts: dict[str, object] = {
        "name": name,
        "upper_name": upper,
        "samples": vector.samples,
        "declarations": "\n".join(declarations),
        "arrays": "\n\n".join(arrays),
        "buffers": "\n".join(buffers),
        "arguments": ", ".join(arguments),
        "compared": " ||\n        ".join(f"!{call}" for call in compared),
        "stack": fill(STACK, {"painted_bytes": 3072}),
        "helpers": "\n".join(
            (TEMPLATES / f"{function}.c.in").read_text()
            for function in ("equal", "close_to")
            if any(call.startswith(function) for call in compared)
        ),
    }
    return {
        f"src/{name}_test_vector.h": fill(TEMPLATES / "test_vector.h", texts),
        f"src/{name}_test_vector.c": fill(TEMPLATES / "test_vector.c", texts),
        "main.c": fill(TEMPLATES / "main.c", texts),
        f"examples/{name}_test/{name}_test.ino": fill(TEMPLATES / "sketch.ino", texts),
    }
