"""Which Keras `sbnn_keras` means, by what was imported and asked for before it."""

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
def test_keras_2_where_tf_keras_is_keras_3_already_is_a_clear_import_error(use):
    result = run_python(use + "\nimport sbnn_keras.keras2")
    assert result.returncode != 0
    last_line = result.stderr.strip().splitlines()[-1]
    assert last_line.startswith("ImportError: sbnn_keras.keras2 needs Keras 2")
    assert "TF_USE_LEGACY_KERAS=1" in last_line


def test_the_import_alone_decides_nothing():
    use = (
        "import os, sys, sbnn_keras; dir(sbnn_keras); hasattr(sbnn_keras, 'nothing')"
        "; print('tf_keras' in sys.modules, 'TF_USE_LEGACY_KERAS' in os.environ)"
        "; import tensorflow as tf; print(tf.keras.__version__)"
    )
    result = run_python(use)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split()[:2] == ["False", "False"]
    assert result.stdout.split()[2].startswith("3.")


def test_larq_makes_keras_2_of_tf_keras_in_either_order():
    result = run_python(
        "import sbnn_keras, larq; import tensorflow as tf; print(tf.keras.Model.__module__)"
        "; print(sbnn_keras.SparseBinaryDense.__module__)"
    )
    assert result.stdout.split() == ["tf_keras.src.engine.training", "sbnn_keras.keras2.layers"]


# What was done before, and what is then meant. One process for all: TensorFlow is slow
# to load, and nothing of the front itself is.
WAYS = [
    ("import tensorflow", None),
    ("import tensorflow; from tensorflow import keras", None),
    ("import tensorflow; import keras", "keras3"),
    ("import tensorflow; from keras import layers", "keras3"),
    ("import keras", "keras3"),
    ("import tensorflow; tensorflow.keras.Model", "keras3"),
    ("import tensorflow.keras", "keras3"),
    ("import os; os.environ['SBNN_KERAS'] = '2'; import keras", "keras2"),
    ("import os; os.environ['SBNN_KERAS'] = '3'", "keras3"),
    ("import os; os.environ['TF_USE_LEGACY_KERAS'] = '1'; import keras", "keras2"),
    ("import tf_keras", "keras2"),
]


@pytest.mark.parametrize("before, meant", WAYS)
def test_which_front_is_meant_follows_from_what_is_in_use(before, meant):
    ask = "from sbnn_keras import front; print(front.asked_for() or front.keras_in_use())"
    result = run_python(f"{before}\n{ask}")
    assert result.stdout.strip() == str(meant), result.stderr


def test_an_unknown_front_is_refused_in_one_line():
    result = run_python("import os; os.environ['SBNN_KERAS'] = '4'; import sbnn_keras")
    assert (
        result.stderr.strip()
        .splitlines()[-1]
        .startswith("ImportError: Wrong SBNN_KERAS: found '4', wanted 2")
    )


def test_modules_are_found_in_the_front_that_is_meant():
    result = run_python(
        "import sbnn_keras.quantizers, sbnn_keras; from sbnn_keras.constraints import Between"
        "; from sbnn_keras.keras2 import quantizers, constraints"
        "; print(sbnn_keras.quantizers is quantizers, constraints.Between is Between)"
        "; print(quantizers.__spec__.name)"
    )
    assert result.stdout.split() == ["True", "True", "sbnn_keras.keras2.quantizers"]


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
