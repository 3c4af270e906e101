"""The demo runs to its end, and its runtimes agree on the whole test set."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "examples" / "digits.py"


def test_keras_tflite_and_tflm_agree_on_all_digits(tmp_path):
    result = subprocess.run(
        [sys.executable, str(PROGRAM), "--epochs", "3", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "result.json").read_text())
    assert report["differing_predictions"] == 0 and report["test_images"] == 450
    assert report["accuracy_tflite"] == report["accuracy_keras"]
    assert report["accuracy_tflm"] == report["accuracy_keras"]
    assert report["accuracy_keras"] > 0.5  # ten classes, after three epochs
    assert report["model_bytes"] < report["int8_tflite_bytes"] / 8
    assert report["connections"] < 0.1
    assert (
        0
        < report["cortex_m4_instructions"]
        < report["int8_cortex_m4_instructions_estimated"] / 4
    )
    for name in ("sbnn.h5", "larq_bnn.h5", "float32.h5", "sbnn.tflite"):
        assert (tmp_path / name).exists()
    assert "entropy" in result.stdout
