"""`ops.py` counts on every core that there are tools for."""

import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_keras
from sbnn_converter import emulation

MISSING = emulation.missing_tools(emulation.CORES["rv32imac"])


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {MISSING}")
def test_ops_are_counted_on_a_core_without_a_c_library(tmp_path):
    layers = [tf.keras.Input((40,)), sbnn_keras.SparseBinaryDense(3, connections=0.3)]
    model = sbnn_converter.convert_keras_model(tf.keras.Sequential(layers))
    (tmp_path / "m.tflite").write_bytes(model)
    program = Path(__file__).with_name("ops.py")
    done = subprocess.run(
        [sys.executable, program, tmp_path / "m.tflite", "--core=rv32imac"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1].split()[1].replace(",", "")) > 100
