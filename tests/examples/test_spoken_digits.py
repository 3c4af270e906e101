"""From recordings to a firmware that names a digit, with made-up sounds."""

import wave
from pathlib import Path

import numpy as np
import pytest

import processes
from sbnn_converter import emulation

EXAMPLES = Path(__file__).parents[2] / "examples"


def tones(count, seed):
    """Ten pitches as digits: int16 recordings of different lengths."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 10
    lengths = rng.integers(2000, 7000, count)
    return [
        (8000 * np.sin(np.arange(n) * (0.1 + 0.25 * digit)) + rng.normal(0, 300, n)).astype("<i2")
        for n, digit in zip(lengths, y)
    ], y


def write_npz(folder, train, test):
    arrays = {}
    for part, (x, y) in (("train", train), ("test", test)):
        arrays |= {f"audio_{part}": np.concatenate(x), f"y_{part}": y}
        arrays[f"length_{part}"] = np.array([len(a) for a in x])
    np.savez(folder / "sounds.npz", **arrays)
    return folder / "sounds.npz"


def write_folder(folder, train, test):
    """Takes 5 and more are to train on, those before them to test."""
    for first, (x, y) in ((5, train), (0, test)):
        for number, (sound, digit) in enumerate(zip(x, y)):
            take = first + number // 10
            with wave.open(str(folder / f"{digit}_somebody_{take}.wav"), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(sound.tobytes())
    return folder


LOAD = """
import sys
import numpy as np
import spoken_digits, support
_, out, *sources = sys.argv
loaded = []
for source in sources:
    support.FLAGS(["spoken_digits", "--data", source])
    loaded.append(spoken_digits.load())
np.savez(out, *loaded[0], **{f"other_{i}": part for i, part in enumerate(loaded[1])})
"""


def test_a_folder_of_recordings_is_read_as_the_same_in_one_file(tmp_path_factory, tmp_path):
    train, test = tones(30, 0), tones(50, 1)
    folder = write_folder(tmp_path_factory.mktemp("folder"), train, test)
    file = write_npz(tmp_path_factory.mktemp("npz"), train, test)
    environment = {**processes.as_of_users(), "PYTHONPATH": str(EXAMPLES)}
    done = processes.run(["-c", LOAD, tmp_path / "loaded.npz", folder, file], environment)
    assert done.returncode == 0, done.stderr
    assert "30 recordings to train on, 50 to test" in done.stdout
    with np.load(tmp_path / "loaded.npz") as arrays:
        of_folder = [arrays[f"arr_{i}"] for i in range(4)]
        of_file = [arrays[f"other_{i}"] for i in range(4)]
    for part in (0, 2):  # the folder is read in the order of its names
        (x, y), (x_of_file, y_of_file) = of_folder[part : part + 2], of_file[part : part + 2]
        assert x.dtype == x_of_file.dtype and y.dtype == y_of_file.dtype
        order = np.argsort(y_of_file, kind="stable")
        np.testing.assert_array_equal(x, x_of_file[order])
        np.testing.assert_array_equal(y, y_of_file[order])
        assert len({sound.tobytes() for sound in x}) == len(x)


def test_recordings_become_a_firmware(tmp_path_factory, run_example, tmp_path):
    data = write_npz(tmp_path_factory.mktemp("sounds"), tones(120, 120), tones(20, 20))
    words = ["--data", data, "--epochs", 1, "--batch", 10, "--connections", 0.2]
    result, printed = run_example("spoken_digits", *words, "--width", 0.125)
    assert result["test_images"] == 20
    assert result["keras_and_tflite_differ"] == result["keras_and_tflm_differ"] == 0
    assert result["connections_found"] == pytest.approx(0.2, abs=2e-3)
    assert (tmp_path / "firmware" / "networks" / "digits" / "src" / "digits.h").exists()
    if not emulation.missing_tools(emulation.CORES["cortex-m4"]):
        heard = result["firmware"]["answers"]
        assert len(heard) == 10 and printed.count("heard ") == 10
        assert result["firmware"]["flash_bytes"] > 1000


@pytest.mark.parametrize("content", [None, "other", "folder"])
def test_data_that_has_no_recordings_is_told(content, run_example, tmp_path_factory):
    folder = tmp_path_factory.mktemp("none")
    words = []
    if content == "other":
        np.savez(folder / "a.npz", x_train=0)
        words = ["--data", folder / "a.npz"]
    elif content == "folder":
        words = ["--data", folder]
    with pytest.raises(AssertionError, match=r"--data: .*(found none|has no)"):
        run_example("spoken_digits", *words)
