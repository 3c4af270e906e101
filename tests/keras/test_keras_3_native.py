"""Models of Keras 3 converted as they are, where Keras 2 is not loaded."""

import json
from pathlib import Path

import numpy as np
import pytest

import processes

SCRIPT = Path(__file__).with_name("keras_3_native.py")


@pytest.fixture(scope="module")
def answers() -> dict[str, list]:
    done = processes.run([SCRIPT])
    lines = [line[7:] for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    assert done.returncode == 0, done.stderr
    return {name: found for name, *found in map(json.loads, lines)}


@pytest.mark.parametrize(
    "network", ["every_layer", "sequential_beside_keras_s_own", "operators_between_layers"]
)
def test_a_network_converted_without_keras_2_answers_as_keras_3_does(answers, network):
    of_tflite, of_tflm = answers[network]
    assert np.isfinite([of_tflite, of_tflm]).all()
    assert of_tflite <= 1e-4 and of_tflm <= 1e-4


def test_nothing_of_keras_2_was_loaded(answers):
    assert answers["loaded"] == [[]]


def test_its_files_convert_to_the_same_and_verify(answers):
    files = [name for name in answers if "." in name]
    assert len(files) == 5 and all(answers[name] == [True] for name in files)
