"""A finished .tflite file given to sbnn-convert, and Keras models given to what wants one."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import pixels
from programs import assert_refused, environment
from sbnn_converter.emulation.profile import profile
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

K = tf.keras.layers

# Runs command lines one after another; none of them may load TensorFlow.
WITHOUT_TENSORFLOW = """
import json, sys
from absl.testing import flagsaver
from sbnn_converter.cli import convert, export
results = []
for program, *words in json.loads(sys.argv[1]):
    module = {"sbnn-convert": convert, "sbnn-export": export}[program]
    sys.argv = [program, *words]
    saved = flagsaver.save_flag_values(module.FLAGS)
    try:
        module.run()
        results.append(0)
    except SystemExit as end:
        results.append(end.code)
    flagsaver.restore_flag_values(saved, module.FLAGS)
loaded = {"tensorflow", "tf_keras", "keras", "larq"} & set(sys.modules)
print(json.dumps([results, sorted(loaded)]))
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    path = tmp_path_factory.mktemp("finished") / "digits.tflite"
    path.write_bytes(sbnn_converter.convert_keras_model(small_net()))
    return path


def small_net():
    layers = [SparseBinaryConv2D(4, 3, connections=0.3), K.Flatten(), SparseBinaryDense(3)]
    return tf.keras.Sequential([tf.keras.Input((8, 8, 1)), *layers])


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory):
    """A folder with a Keras model in every form."""
    folder = tmp_path_factory.mktemp("unfinished")
    for name in ("m.h5", "m.keras"):
        small_net().save(folder / name)
    (folder / "m").mkdir()
    for name in ("saved_model.pb", "keras_metadata.pb"):
        (folder / "m" / name).touch()
    return folder


def everything(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_without_tensorflow(finished, unfinished, tmp_path):
    lines = [
        [
            finished,
            "--c_dir",
            tmp_path / "c",
            "--report",
            tmp_path / "r.html",
            "--target_mcu=cortex-m0",
        ],
        [finished, "--verify=3"],
        [unfinished / "m.h5", "--inference_output_type=int8"],
        [unfinished / "m.keras", "--ram_kb=3"],
        [unfinished / "m", "-o", unfinished / "m" / "m.tflite"],
    ]
    lines = [["sbnn-convert", *line] for line in lines]
    folders = ["--c_dir", tmp_path / "c3", "--micro_dir", tmp_path / "fw"]
    lines += [
        ["sbnn-export", finished, *folders, "--name=three"],
        ["sbnn-export", unfinished / "m.h5", "--c_dir", tmp_path / "c4"],
    ]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, json.dumps(lines, default=str)],
        capture_output=True,
        text=True,
        env={**environment(), "TF_USE_LEGACY_KERAS": "1"},  # usual where Keras 2 is used
        check=True,
    )
    *said, last = done.stdout.splitlines()
    assert json.loads(last) == [[0, 2, 2, 2, 2, 0, 1], []], done.stderr
    assert "wrote" in said[-1] and "estimated for cortex-m0" in done.stdout
    assert "m.h5' is a saved Keras model (HDF5), wanted a .tflite file" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c", "c3", "fw", "r.html"]
    sbnn_converter.export_c(finished, tmp_path / "c2")
    assert everything(tmp_path / "c") == everything(tmp_path / "c2")
    sbnn_converter.export_c(finished, tmp_path / "c4", name="three")
    assert everything(tmp_path / "c3") == everything(tmp_path / "c4")
    sbnn_converter.export_micro(finished, tmp_path / "fw2", name="three")
    assert everything(tmp_path / "fw") == everything(tmp_path / "fw2")
    assert "digits.tflite" in (tmp_path / "r.html").read_text()


def test_representative_data_are_the_test_vector(sbnn_convert, finished, tmp_path, rng):
    x = pixels(rng, 3)
    np.savez(tmp_path / "x.npz", x)
    arguments = "--micro_dir", tmp_path / "fw", "--representative_data", tmp_path / "x.npz"
    result = sbnn_convert(finished, *arguments)
    assert result.returncode == 0, result.stderr
    sbnn_converter.export_micro(finished, tmp_path / "fw2", name="digits", samples=x[:1])
    assert everything(tmp_path / "fw") == everything(tmp_path / "fw2")
    np.savez(tmp_path / "x.npz", x[:, 1:])
    result = sbnn_convert(finished, *arguments)
    assert_refused(result, "wanted (n, 8, 8, 1)")


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((), ("is a finished .tflite file", "--micro_dir", "sbnn-inspect")),
        (("--c_dir=c", "--verify=3", "--optimize_for=size"), ("--optimize_for, --verify", "Keras")),
        (("--c_dir=c", "-o", "x.tflite"), ("--output", "only for a Keras model")),
        (("--c_dir=c", "--weight_code=rice"), ("--weight_code",)),
        (("--c_dir=c", "--inference_input_type=int8"), ("--inference_input_type",)),
        (("--c_dir=c", "--trust_code"), ("--trust_code",)),
        (("--report=r.html", "--representative_data=x.npz"), ("needs --micro_dir",)),
        (("--c_dir=c", "--flash_kb=3"), ("need --target_mcu",)),
        (
            ("--target_mcu=cortex-m4", "--flash_kb=3", "--c_dir=c"),
            ("digits.tflite", "does not fit"),
        ),
        (("--report=digits.tflite",), ("is the model 'digits.tflite'",)),
        (("--c_dir=.",), ("holds the model",)),
    ],
)
def test_what_needs_keras_or_makes_no_sense(sbnn_convert, finished, monkeypatch, arguments, words):
    monkeypatch.chdir(finished.parent)
    result = sbnn_convert("digits.tflite", *arguments)
    assert_refused(result, *words, folder=finished.parent, left=["digits.tflite"])


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("digits.tflite",), ("--micro_dir nor --c_dir",)),
        ((), ("found 0 files",)),
        (("", "--c_dir=c"), ("empty",)),
        (("digits.tflite", "--c_dir="), ("--c_dir is empty",)),
        (("digits.tflite", "--c_dir=c", "--micro_dir=c"), ("both name 'c'",)),
        (("digits.tflite", "--c_dir=."), ("holds the model",)),
        (("digits.tflite", "--c_dir=c", "--name=2nd"), ("--name: '2nd'", "C identifier")),
        (("digits.tflite", "--c_dir=c", "--name=float"), ("--name: 'float'", "word of C")),
        (("digits.tflite", "--c_dir=c", "--verify=3"), ("verify",)),
        (("missing.tflite", "--c_dir=c"), ("does not exist",)),
        (("digits.tflite", "--c_dir=c", "--target_mcu=cortex-m0", "--ram_kb=0.1"), ("not fit",)),
    ],
)
def test_what_sbnn_export_refuses(sbnn_export, finished, monkeypatch, arguments, words):
    monkeypatch.chdir(finished.parent)
    result = sbnn_export(*arguments)
    assert_refused(result, *words, folder=finished.parent, left=["digits.tflite"])


def test_sbnn_convert_takes_a_name_for_folders_only(sbnn_convert, finished, monkeypatch):
    monkeypatch.chdir(finished.parent)
    result = sbnn_convert("digits.tflite", "--report=r.html", "--name=a")
    assert_refused(result, "--name needs", folder=finished.parent, left=["digits.tflite"])


def test_a_damaged_file(sbnn_convert, finished, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    half = tmp_path / "half.tflite"
    content = finished.read_bytes()
    half.write_bytes(content[: len(content) // 2])
    for flag in ("--micro_dir=fw", "--c_dir=c", "--report=r", "--target_mcu=cortex-m4"):
        result = sbnn_convert(half, flag)
        assert_refused(result, "half.tflite", "damaged", folder=tmp_path, left=["half.tflite"])


@pytest.mark.parametrize(
    "name, kind",
    [
        ("m.h5", "HDF5"),
        ("m.keras", "a .keras archive"),
        ("m", "a SavedModel"),
    ],
)
@pytest.mark.parametrize(
    "function",
    [
        sbnn_converter.estimate_network,
        sbnn_converter.Interpreter,
        sbnn_converter.micro.Interpreter,
        profile,
        lambda path: sbnn_converter.export_c(path, path.with_name("out")),
        lambda path: sbnn_converter.export_micro(path, path.with_name("out")),
    ],
    ids=["estimate", "interpreter", "micro", "profile", "export_c", "export_micro"],
)
def test_a_keras_model_where_a_file_is_wanted(unfinished, function, name, kind):
    with pytest.raises(ValueError, match="is a saved Keras model .*convert it first") as caught:
        function(unfinished / name)
    assert kind in str(caught.value) and name in str(caught.value)
    assert not (unfinished / "out").exists()


def test_a_model_object_where_a_file_is_wanted(sbnn_inspect, unfinished):
    with pytest.raises(TypeError, match="type Sequential.*convert_keras_model"):
        sbnn_converter.Interpreter(small_net())
    assert_refused(sbnn_inspect(unfinished / "m.h5"), "is a saved Keras model", "sbnn-convert")


def test_the_estimate_takes_a_path(finished):
    by_bytes = sbnn_converter.estimate_network(finished.read_bytes(), "cortex-m0")
    assert sbnn_converter.estimate_network(finished, "cortex-m0") == by_bytes
    assert sbnn_converter.estimate_network(str(finished), "cortex-m0") == by_bytes


@pytest.mark.parametrize(
    "package, arguments, words",
    [
        ("tflite_micro", ("m.h5", "--micro_dir=fw"), ("--micro_dir", "'sbnn-keras[micro]'")),
        ("larq", ("m.keras",), ("larq", "pip install larq")),
        ("tf_keras", ("m",), ("tf_keras", "pip install tf_keras")),
    ],
)
def test_a_missing_package_is_told_at_once(
    sbnn_convert, unfinished, monkeypatch, package, arguments, words
):
    monkeypatch.chdir(unfinished)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, "sbnn_converter.convert", None)  # loading it fails
    result = sbnn_convert(*arguments)
    assert_refused(result, *words, folder=unfinished, left=["m.h5", "m.keras", "m"])


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_the_version(sbnn_convert, sbnn_export, sbnn_inspect, flag):
    from importlib.metadata import version

    programs = {
        "sbnn-convert": sbnn_convert,
        "sbnn-export": sbnn_export,
        "sbnn-inspect": sbnn_inspect,
    }
    for name, program in programs.items():
        result = program(flag)
        assert (result.returncode == 0 and "--version" in result.stdout) or (
            result.stdout == f"{name} {version('sbnn-keras')}\n"
        )


def test_a_full_standard_output_takes_nothing_from_the_files(
    finished, sbnn_convert, monkeypatch, tmp_path
):
    with open("/dev/full", "w") as full:  # closing it writes again what was not taken
        monkeypatch.setattr(sys, "stdout", full)
        result = sbnn_convert(finished, "--report", tmp_path / "r.html")
    assert_refused(result, "cannot write to standard output", "; all files were written")
    assert (tmp_path / "r.html").read_text().rstrip().endswith("</html>")
