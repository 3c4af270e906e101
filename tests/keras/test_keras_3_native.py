"""Models of Keras 3 converted as they are, where Keras 2 is not loaded."""

import json
from pathlib import Path

import numpy as np
import pytest

import processes
import sbnn_converter
from sbnn_converter.saved.models import load_keras_model

SCRIPT = Path(__file__).with_name("keras_3_native.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("native")


@pytest.fixture(scope="module")
def answers(folder) -> dict[str, list]:
    done = processes.run([SCRIPT, str(folder)])
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


def test_activations_of_few_bits_have_their_values_and_slopes():
    done = processes.run([SCRIPT.with_name("keras_3_activations.py")])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tensorflow: values and slopes of 7")


def test_nothing_of_keras_2_was_loaded(answers):
    assert answers["loaded"] == [[]]


def test_its_files_convert_to_the_same_and_verify(answers):
    files = [name for name in answers if "." in name]
    assert len(files) == 5 and all(answers[name] == [True] for name in files)


@pytest.mark.parametrize("network", ["masked_steps", "every_step_alike", "channels_first"])
def test_masks_time_steps_and_channels_first_convert_as_keras_3_computes_them(answers, network):
    (apart,) = answers[network]
    assert apart <= 1e-5


def test_converted_to_int8_it_is_what_the_way_through_keras_2_gives(answers, folder):
    assert answers["loaded"] == [[]]
    images = np.load(folder / "images.npy")
    of_keras_2 = sbnn_converter.convert_keras_model(
        load_keras_model(folder / "every_layer.keras"),
        inference_input_type="int8",
        inference_output_type="uint8",
        representative_dataset=lambda: ([image[None]] for image in images),
    )
    runs = [
        sbnn_converter.Interpreter(m) for m in ((folder / "int8.tflite").read_bytes(), of_keras_2)
    ]
    found, wanted = (run.predict(run.quantize(images)) for run in runs)
    assert found.dtype == np.uint8 and len(np.unique(found, axis=0)) > 4
    np.testing.assert_array_equal(found, wanted)
