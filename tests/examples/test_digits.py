"""The demo runs to its end, and its runtimes agree on the whole test set."""

import shlex
import shutil
import subprocess

import sbnn_converter


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


def test_digits_of_ones_own(data_file, run_example):
    report, _ = run_example(
        "digits", "--data", data_file((8, 8)), "--epochs", 2, "--connections", 0.2
    )
    assert report["test_images"] == 64
    assert report["keras_and_tflite_differ"] == report["keras_and_tflm_differ"] == 0
