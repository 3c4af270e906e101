"""Files of earlier versions of the format run as they did when they were written.

Each ``version_N/NAME.tflite`` was written by a release of that version; beside it,
``NAME.npz`` holds inputs and what that release's interpreter answered.
"""

import pathlib

import numpy as np
import pytest

import sbnn_converter
from sbnn_converter import micro
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops

HERE = pathlib.Path(__file__).parent
FILES = sorted(HERE.glob("version_*/*.tflite"))
RUNTIMES = {"host": sbnn_converter.Interpreter, "micro": micro.Interpreter}


def _ops(version: int) -> list:
    files = [file for file in FILES if file.parent.name == f"version_{version}"]
    return [op for file in files for op in read_sbnn_ops(file.read_bytes())]


def test_what_came_with_version_2_is_there():
    ops = _ops(2)
    assert {op.options["version"] for op in ops} == {2}
    assert {op.writes.planes for op in ops} >= {1, 2, 3, 6}
    assert any(op.options.get("has_signs") for op in ops)
    assert any(op.name == "SbnnAdd" for op in ops)
    # Thresholds and streams in words, as version 2 began, and in as few bytes as they fit in.
    first = {op.constants[-2].dtype for op in ops if op.options.get("stream")}
    assert first == {np.dtype("int32"), np.dtype("int8")}


def test_all_codes_and_ops_of_version_1_are_there():
    ops = _ops(1)
    assert {op.options["version"] for op in ops} == {1}
    assert {op.options.get("code") for op in ops} >= {0, 1, 2, 3}
    assert {op.name for op in ops} == {
        "SbnnConv2D",
        "SbnnDense",
        "SbnnDequantize",
        "SbnnMaxPool2D",
        "SbnnQuantize",
    }


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_file_answers_as_on_its_first_day(file, runtime):
    recorded = np.load(file.with_suffix(".npz"))
    outputs = RUNTIMES[runtime](file.read_bytes()).predict(recorded["inputs"])
    if file.stem in ("general", "signs"):  # TFLite's own float layers round in their own order
        np.testing.assert_allclose(outputs, recorded["outputs"], rtol=1e-5, atol=1e-5)
    else:
        np.testing.assert_array_equal(outputs, recorded["outputs"])
