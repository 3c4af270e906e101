"""The demo runs to its end, and its runtimes agree on the whole test set."""

import shlex
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import processes
import sbnn_converter

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_keras_tflite_and_tflm_agree_on_all_digits(run_example_alone, tmp_path):
    report, printed = run_example_alone("digits", "--epochs", 3)
    assert report["keras_and_tflite_differ"] == report["keras_and_tflm_differ"] == 0
    assert report["test_images"] == report["tflm_images"] == 450
    assert report["accuracy_tflite"] == report["accuracy_keras"]
    assert report["accuracy_tflm"] == report["accuracy_keras"]
    assert report["accuracy_keras"] > 0.5  # ten classes, after three epochs
    assert 0.0499 < report["connections_found"] < 0.0501
    for name in ("model.h5", "sbnn.h5", "larq_bnn.h5", "float32.h5", "model.tflite"):
        assert (tmp_path / name).exists()
    assert "entropy" in printed
    check_networks(report["networks"], tmp_path)
    check_page(printed, report["networks"])


def check_networks(networks, folder):
    sbnn, bnn, int8, float32 = networks.values()
    assert list(networks) == ["SBNN", "BNN (Larq)", "int8", "float32"]
    files = ("model_int8.tflite", "bnn.tflite", "int8.tflite", "float32.tflite")
    for network, name in zip(networks.values(), files):
        assert network["bytes"] == (folder / name).stat().st_size
        interpreter = sbnn_converter.micro.Interpreter(folder / name)
        assert network["arena_bytes"] == interpreter.arena_used_bytes
    assert sbnn["bytes"] < int8["bytes"] / 8 and sbnn["bytes"] < bnn["bytes"]
    assert 0 < sbnn["instructions"] < bnn["instructions"] < int8["instructions"]
    assert int8["estimated"] and float32["instructions"] is None


def check_page(printed, networks):
    page = printed[printed.index("test images, seed 1") :].splitlines()
    rows = {line[:22].strip(): line[22:].split() for line in page if line}
    assert rows["file, bytes"] == [f"{n['bytes']:,}" for n in networks.values()]
    assert rows["accuracy"] == [f"{n['accuracy']:.2%}" for n in networks.values()]
    assert rows["Cortex-M4 instructions"][2].startswith("~")
    commands = [line.strip() for line in page[page.index("Next") :] if line[:4] == "    "]
    assert len(commands) == 3
    paths = ("    ", "Files in ")  # as long as the folder's name
    assert max(len(line) for line in page if not line.startswith(paths)) <= 80
    for words in map(shlex.split, commands):
        assert shutil.which(words[0])
    done = subprocess.run(shlex.split(commands[0]), capture_output=True, text=True)
    assert done.returncode == 0 and "second" in done.stdout


LOAD = """
import sys
import numpy as np
import digits, support
_, out, *words = sys.argv
support.FLAGS(["digits", *words])
np.savez(out, *support.load("digits"))
"""


@pytest.mark.parametrize("own", [True, False])
def test_digits_of_ones_own_take_the_place_of_scikit_learns(own, data_file, tmp_path):
    """They have the same form, so that the training above goes for both."""
    words = ["--data", data_file((8, 8))] if own else []
    environment = {**processes.as_of_users(), "PYTHONPATH": str(EXAMPLES)}
    done = processes.run(["-c", LOAD, tmp_path / "loaded.npz", *words], environment)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "loaded.npz") as loaded:
        x, y, x_test, y_test = (loaded[f"arr_{i}"] for i in range(4))
    counts = (512, 64) if own else (1347, 450)
    for images, labels, count in zip((x, x_test), (y, y_test), counts):
        assert images.shape == (count, 8, 8, 1) and images.dtype == np.uint8
        assert labels.shape == (count,) and set(labels) <= set(range(10))
    if own:
        with np.load(words[1]) as given:
            np.testing.assert_array_equal(x[..., 0], given["x_train"])
            np.testing.assert_array_equal(x_test[..., 0], given["x_test"])
            np.testing.assert_array_equal(y, given["y_train"])
            np.testing.assert_array_equal(y_test, given["y_test"])
