"""Each example trains, converts, and finds its runtimes in agreement."""

import re
import subprocess
import time

import pytest

import processes

MNIST = (28, 28)
CIFAR10 = (32, 32, 3)
SMALL = ["--epochs", 2, "--batch", 32]


def check(result):
    assert result["keras_and_tflite_differ"] == result["keras_and_tflm_differ"] == 0
    assert result["test_images"] == result["tflm_images"] == 64
    assert result["accuracy_tflite"] == result["accuracy_keras"]


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("mnist_cnn", MNIST, ["--domain", "general", "--connections", 0.2]),
        ("cifar10", CIFAR10, ["--width", 0.06, "--connections", 0.2]),
        ("distributed", MNIST, []),
    ],
)
def test_trains_converts_and_agrees(name, shape, words, data_file, run_example):
    result, _ = run_example(name, "--data", data_file(shape), *SMALL, *words)
    check(result)
    assert result["epochs"] == 2
    if "--connections" in words:
        assert result["connections_found"] == pytest.approx(0.2, abs=1e-3)
    if name == "distributed":
        assert result["replicas"] == 2


def test_an_unchanged_larq_model_becomes_firmware(data_file, run_example, tmp_path):
    folder, c_folder = tmp_path / "firmware", tmp_path / "c"
    words = ["--data", data_file(MNIST), *SMALL, "--micro_dir", folder]
    words += ["--c_dir", c_folder]
    result, _ = run_example("larq_to_mcu", *words)
    check(result)
    assert result["accuracy_keras"] > 0.5
    assert (folder / "README.md").exists() and any(folder.rglob("model.cpp"))
    assert any(c_folder.rglob("model.c"))


@pytest.mark.parametrize(
    ("name", "flags", "epoch"),
    [
        ("mnist_mlp", [], r"Epoch (\d+)/6"),
        ("custom_loop", ["--method", "constraint"], r"epoch (\d+) of 6"),
    ],
)
def test_a_killed_training_goes_on_where_it_was(
    name, flags, epoch, command, data_file, run_example, tmp_path
):
    flags = ["--data", data_file(MNIST), "--epochs", 6, "--batch", 64, *flags]
    _, *words = command(name, "--out", tmp_path, *flags)
    log = tmp_path / "log"
    first = processes.start(words, log, tmp_path / "errors", processes.as_of_users())
    # When epoch 4 is spoken of, epochs 1 and 2 are saved.
    while first.is_alive() and not re.search(epoch.replace(r"(\d+)", "4"), read(log)):
        time.sleep(0.05)
    first.kill()
    first.join()
    assert re.findall(epoch, read(log))[-1] < "6", (tmp_path / "errors").read_text()
    result, printed = run_example(name, *flags)
    check(result)
    epochs = [int(number) for number in re.findall(epoch, printed)]
    assert epochs and epochs == list(range(epochs[0], 7)) and epochs[0] > 2
    if name == "custom_loop":
        assert result["accuracy_keras"] > 0.5  # ten classes


def read(log):
    return log.read_text() if log.exists() else ""


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("cifar10", "--width"),
        ("custom_loop", "--gamma"),
        ("digits", "--connections"),
        ("distributed", "--replicas"),
        ("larq_to_mcu", "--micro_dir"),
        ("mnist_cnn", "--domain"),
        ("mnist_mlp", "--method"),
        ("spoken_digits", "--width"),
    ],
)
def test_help_shows_one_line_of_usage_and_the_flags(name, own, command):
    done = subprocess.run(command(name, "--help"), capture_output=True, text=True)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    (usage,) = [line for line in lines if line.startswith("usage: ")]
    assert usage.startswith("usage: python ") and usage.endswith(f"{name}.py [flags]")
    flags = [line.split(":")[0].strip() for line in lines if line.startswith("  --")]
    assert {own, "--data", "--epochs", "--out", "--seed", "--tflm_images"} <= set(flags)
    assert not {"--logtostderr", "--pdb"} & set(flags)  # absl's


def test_another_training_in_the_same_folder_is_refused(command, tmp_path):
    (tmp_path / "settings.json").write_text('{"seed": 5}')
    _, *words = command("mnist_mlp", "--out", tmp_path)
    done = processes.run(words)
    assert done.returncode == 1
    assert "--seed" in done.stderr.splitlines()[-1]


def test_data_that_is_not_there_is_named(command, tmp_path):
    done = subprocess.run(
        command("mnist_cnn", "--out", tmp_path / "out", "--data", tmp_path / "none"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "neither a file nor a folder" in done.stderr.splitlines()[-1]


def test_data_that_is_no_npz_is_named(command, tmp_path):
    (tmp_path / "notes.npz").write_text("no arrays")
    done = subprocess.run(
        command("digits", "--out", tmp_path, "--data", tmp_path / "notes.npz"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "is no .npz file" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "settings.json").exists()  # the corrected command may run
