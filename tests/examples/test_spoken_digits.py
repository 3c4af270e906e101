"""From recordings to a firmware that names a digit, with made-up sounds."""

import wave

import numpy as np
import pytest

from sbnn_converter import emulation


def tones(count, seed):
    """Ten pitches as digits: int16 recordings of different lengths."""
    rng = np.random.default_rng(seed)
    y = np.arange(count) % 10
    lengths = rng.integers(2000, 7000, count)
    return [
        (8000 * np.sin(np.arange(n) * (0.1 + 0.25 * digit)) + rng.normal(0, 300, n)).astype("<i2")
        for n, digit in zip(lengths, y)
    ], y


def write_npz(folder):
    arrays = {}
    for part, count in (("train", 120), ("test", 20)):
        x, y = tones(count, count)
        arrays |= {f"audio_{part}": np.concatenate(x), f"y_{part}": y}
        arrays[f"length_{part}"] = np.array([len(a) for a in x])
    np.savez(folder / "sounds.npz", **arrays)
    return folder / "sounds.npz"


def write_folder(folder):
    x, y = tones(80, 0)
    for number, (sound, digit) in enumerate(zip(x, y)):
        with wave.open(str(folder / f"{digit}_somebody_{number // 10}.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(sound.tobytes())
    return folder


@pytest.mark.parametrize(("write", "tested"), [(write_npz, 20), (write_folder, 50)])
def test_recordings_become_a_firmware(write, tested, tmp_path_factory, run_example, tmp_path):
    data = write(tmp_path_factory.mktemp("sounds"))
    words = ["--data", data, "--epochs", 1, "--batch", 10, "--connections", 0.2]
    result, printed = run_example("spoken_digits", *words, "--width", 0.125)
    assert result["test_images"] == tested
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
