"""`import sbnn_keras` finds Keras 2, whatever was imported before it."""

import os
import subprocess
import sys

import pytest


def run_python(script: str) -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if k != "TF_USE_LEGACY_KERAS"}
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "imports",
    [
        "import sbnn_keras, tensorflow as tf",
        "import tensorflow as tf, sbnn_keras",
        "import tensorflow as tf; from tensorflow import keras; import sbnn_keras",
    ],
)
def test_either_import_order_gives_keras_2(imports):
    use = (
        "; from sbnn_keras import SparseBinaryDense"
        "; from tensorflow.keras import layers"
        "; assert issubclass(SparseBinaryDense, tf.keras.layers.Dense)"
        "; assert layers.Dense is tf.keras.layers.Dense"
        "; print(tf.keras.Sequential.__module__)"
    )
    result = run_python(imports + use)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("tf_keras.")


@pytest.mark.parametrize(
    "use", ["import tensorflow as tf; tf.keras.Sequential()", "import tensorflow.keras"]
)
def test_keras_3_already_loaded_is_a_clear_import_error(use):
    result = run_python(use + "\nimport sbnn_keras")
    assert result.returncode != 0
    last_line = result.stderr.strip().splitlines()[-1]
    assert last_line.startswith("ImportError: sbnn_keras needs Keras 2")
    assert "TF_USE_LEGACY_KERAS=1" in last_line
