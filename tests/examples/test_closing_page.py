"""The page that examples end with, from figures that no training is needed for."""

import runpy
import shlex
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "examples" / "closing_page.py"


def figures(**changes):
    return {
        "accuracy": 0.9876,
        "bytes": 10_240,
        "arena_bytes": 7_184,
        "instructions": 384_800,
        "estimated": False,
        "bits_a_weight": 0.2747,
    } | changes


def result(*networks, **changes):
    return {
        "test_images": 450,
        "seed": 1,
        "accuracy_keras": 0.98,
        "accuracy_tflite": 0.98,
        "keras_and_tflite_differ": 0,
        "keras_and_tflm_differ": 3,
        "tflm_images": 400,
        "networks": {f"net {i}": network for i, network in enumerate(networks)},
    } | changes


@pytest.fixture
def printed(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("sys.argv", ["examples/digits.py"])

    def show(result, folder="out [micro] 1"):
        out = tmp_path / folder
        out.mkdir()
        (out / "model.h5").touch()
        runpy.run_path(str(PAGE))["show"](result, out)
        return out, capsys.readouterr().out

    return show


def test_figures_stand_in_columns_of_eighty(printed):
    networks = [figures(), figures(instructions=9_876_543_210, estimated=True)]
    _, text = printed(result(*networks, figures(instructions=None), figures()))
    lines = text.splitlines()
    row = next(line for line in lines if line.startswith("Cortex-M4"))
    assert row.split()[2:] == ["384,800", "~9,876,543,210", "-", "384,800"]
    assert "estimated by its multiplications" in text
    assert "0 of 450 in TFLite, 3 of 400 in TFLM" in text
    assert max(len(line) for line in lines if "out [micro] 1" not in line) <= 80


def test_what_is_not_there_is_not_shown(printed):
    network = figures(arena_bytes=None, instructions=12_345, estimated=True)
    out, text = printed(result(network, keras_and_tflm_differ=None))
    assert "pip install 'sbnn-keras[micro]'" in text and "in TFLM\n" not in text
    assert "make cross-tools" in text and "~12,345" in text
    assert f"Files in {out}/" in text  # brackets and all
    assert "model.h5" in text and "report.html" not in text


def test_commands_can_be_typed(printed):
    out, text = printed(result(figures()))
    lines = text[text.index("Next") :].splitlines()
    commands = [shlex.split(line) for line in lines if line.startswith("    ")]
    assert len(commands) == 3
    assert commands[0][1:] == [str(out / "model_int8.tflite")]
    assert commands[1][1:] == [
        str(out / "model.h5"),
        *shlex.split("--verify 100 --c_dir"),
        str(out / "c"),
    ]
