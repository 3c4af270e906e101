"""`import sbnn_keras` finds Keras 2, whatever was imported before it."""

import subprocess
import sys
from pathlib import Path

import pytest

import processes

USE = (
    "; from sbnn_keras import SparseBinaryDense"
    "; from tensorflow.keras import layers"
    "; assert issubclass(SparseBinaryDense, tf.keras.layers.Dense)"
    "; assert layers.Dense is tf.keras.layers.Dense"
    "; print(tf.keras.Sequential.__module__)"
)


def test_imported_first_it_gives_keras_2():
    done = subprocess.run(
        [sys.executable, "-c", "import sbnn_keras, tensorflow as tf" + USE],
        env={**processes.as_of_users(), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tf_keras.")


def run_python(script: str) -> subprocess.CompletedProcess:
    """Runs it in a process in which TensorFlow, but nothing of Keras is loaded."""
    return processes.run(["-c", script])


@pytest.mark.parametrize(
    "imports",
    [
        "import tensorflow as tf, sbnn_keras",
        "import tensorflow as tf; from tensorflow import keras; import sbnn_keras",
    ],
)
def test_imported_after_tensorflow_it_gives_keras_2(imports):
    result = run_python(imports + USE)
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


def test_models_layers_and_tensors_of_keras_3_are_refused_in_one_line():
    script = Path(__file__).with_name("keras_3_uses.py").read_text()
    result = run_python(script)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == 14
    for line in lines:
        assert "Keras 2" in line and "tf.keras after" in line, line


def test_plots_are_loaded_when_asked_for():
    use = (
        "import sys, sbnn_keras"
        "; print('sbnn_keras.plots' in sys.modules, 'plots' in dir(sbnn_keras))"
        "; print(sbnn_keras.plots.kernel_images.__name__)"
    )
    result = run_python(use)
    assert result.stdout.split() == ["False", "True", "kernel_images"], result.stderr
