"""The flags of sbnn-convert: what each does, and what it says to bad values."""

import zipfile

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import digits_net, pixels
from programs import assert_refused
from sbnn_converter.inspection import inspect_model
from sbnn_keras import SparseBinaryDense


@pytest.mark.parametrize("code", ["bitmap", "rice"])
def test_the_weight_code_is_chosen(sbnn_convert, digits, code):
    result = sbnn_convert(digits, "--weight_code", code)
    assert result.returncode == 0, result.stderr
    inspection = inspect_model(digits.with_suffix(".tflite").read_bytes())
    assert {layer.code for layer in inspection.layers} == {code}
    assert code in result.stdout


def test_verified_and_reported(sbnn_convert, digits, tmp_path):
    result = sbnn_convert(digits, "--verify=5", f"--report={tmp_path / 'digits.html'}")
    assert result.returncode == 0, result.stderr
    assert "agrees with Keras on 5 random samples" in result.stdout
    assert "same argmax in 5 of 5 (100.00%)" in result.stdout
    page = (tmp_path / "digits.html").read_text()
    assert "digits.tflite" in page and ">Agrees with Keras on 5 random" in page


def test_a_difference_above_tolerance_names_the_layer(sbnn_convert, tmp_path):
    # A float layer rounds differently in TFLite: by nothing at all is too strict.
    tf.keras.Sequential(
        [
            tf.keras.Input((40,)),
            SparseBinaryDense(30),
            SparseBinaryDense(20),
            tf.keras.layers.Softmax(name="inexact"),
            tf.keras.layers.Reshape((4, 5)),
        ]
    ).save(tmp_path / "net.h5")
    (tmp_path / "net.tflite").write_bytes(b"old")
    result = sbnn_convert(tmp_path / "net.h5", "--verify=50", "--tolerance=0")
    assert_refused(
        result,
        "differs from Keras",
        "layer 'inexact'",
        "--tolerance",
        folder=tmp_path,
        left=["net.h5", "net.tflite"],
    )
    assert (tmp_path / "net.tflite").read_bytes() == b"old"


def test_int8_is_passed_on_to_the_converter(sbnn_convert, digits, rng, monkeypatch):
    asked = {}

    def convert(model, **options):
        asked.update(options)
        raise sbnn_converter.ConversionError("enough")

    monkeypatch.setattr("sbnn_converter.convert.convert_keras_model", convert)
    np.savez(digits.with_name("calib.npz"), x=pixels(rng, 3))
    sbnn_convert(
        digits,
        "--inference_input_type=int8",
        "--inference_output_type=uint8",
        "--representative_data",
        digits.with_name("calib.npz"),
    )
    assert asked["inference_input_type"] == "int8"
    assert asked["inference_output_type"] == "uint8"
    samples = list(asked["representative_dataset"]())
    assert len(samples) == 3 and samples[0][0].shape == (1, 8, 8, 1)


def test_int8_without_representative_data(sbnn_convert, digits):
    result = sbnn_convert(digits, "--inference_input_type=int8")
    assert_refused(
        result,
        "inference_input_type=int8",
        "--representative_data",
        folder=digits.parent,
        left=["digits.h5"],
    )


@pytest.mark.parametrize(
    "flag, words",
    [
        ("--weight_code=huffman", ("huffman", "rice")),
        ("--inference_input_type=int4", ("int4", "int8")),
        ("--inference_output_type=bool", ("bool", "uint8")),
        ("--verify=0", ("verify", "positive")),
        ("--verify=some", ("verify", "some")),
        ("--tolerance=-1", ("tolerance", "non-negative")),
        ("--tolerance=nan", ("--tolerance is nan", "finite")),
        ("--report=none/r.html", ("output folder", "--report")),
        ("--report=digits.tflite", ("--report and --output both name",)),
        ("--tolerance=0.1", ("--tolerance needs --verify",)),
        ("--representative_data=none.npz", ("none.npz", "does not exist")),
    ],
)
def test_unknown_values(sbnn_convert, digits, monkeypatch, flag, words):
    monkeypatch.chdir(digits.parent)
    result = sbnn_convert("digits.h5", flag)
    assert_refused(result, *words, folder=digits.parent, left=["digits.h5"])


GOOD = np.zeros((4, 8, 8, 1), np.float32)


@pytest.mark.parametrize(
    "arrays, words",
    [
        ({"x": GOOD[:, :7]}, ("(4, 7, 8, 1)", "wanted (n, 8, 8, 1)")),
        ({"x": np.float32(3)}, ("shape ()", "wanted (n, 8, 8, 1)")),
        ({"x": GOOD[:0]}, ("empty", "at least one sample")),
        ({}, ("holds no array",)),
        ({"x": GOOD, "y": GOOD}, ("no array 'input_1'", "found x, y")),
        ({"x": GOOD.astype(str)}, ("wanted numbers",)),
        ({"x": GOOD + np.nan}, ("NaN",)),
        ({"x": np.array([{}], object)}, ("cannot read representative data",)),
    ],
)
def test_bad_representative_data(sbnn_convert, tmp_path, arrays, words):
    tf.keras.backend.clear_session()
    digits_net().save(tmp_path / "digits.h5")
    np.savez(tmp_path / "calib.npz", **arrays)
    result = sbnn_convert(tmp_path / "digits.h5", "--representative_data", tmp_path / "calib.npz")
    assert_refused(result, *words, folder=tmp_path, left=["digits.h5", "calib.npz"])


def test_representative_data_with_something_else_in_it(sbnn_convert, digits):
    data = digits.with_name("calib.npz")
    np.savez(data, x=GOOD)
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("notes.txt", "hello")
    result = sbnn_convert(digits, "--representative_data", data)
    assert_refused(
        result,
        "holds 'notes.txt', no array",
        folder=digits.parent,
        left=["digits.h5", "calib.npz"],
    )


def test_representative_data_that_is_no_archive(sbnn_convert, digits):
    data = digits.with_name("calib.npz")
    data.write_text("0 1 2")
    result = sbnn_convert(digits, "--representative_data", data)
    assert_refused(result, "no .npz file", folder=data.parent, left=[digits.name, data.name])


def test_truncated_representative_data(sbnn_convert, digits, rng):
    data = digits.with_name("calib.npz")
    np.savez_compressed(data, x=rng.random((50, 8, 8, 1)))
    content = bytearray(data.read_bytes())
    content[200:400] = bytes(200)
    data.write_bytes(content)
    result = sbnn_convert(digits, "--representative_data", data)
    assert_refused(
        result, "cannot read representative data", folder=data.parent, left=[digits.name, data.name]
    )


def test_representative_samples_go_by_name(sbnn_convert, tmp_path, rng):
    left, right = tf.keras.Input((6,), name="left"), tf.keras.Input((6,), name="right")
    tf.keras.Model([left, right], tf.keras.layers.Subtract()([left, right])).save(
        tmp_path / "two.h5"
    )
    data = tmp_path / "calib.npz"
    right, left = rng.random((9, 6)), 2 + rng.random((9, 6))
    classes = (left - right).argmax(-1)
    np.savez(data, right=right, left=left, labels=classes)
    arguments = tmp_path / "two.h5", "--verify=4", "--representative_data", data
    result = sbnn_convert(*arguments)
    assert result.returncode == 0, result.stderr
    assert "agrees with Keras on 4 representative samples" in result.stdout
    assert "accuracy 100.00% on the labels (Keras 100.00%)" in result.stdout
    np.savez(data, right=right, left=left, labels=classes[:4])
    assert "4 in 'labels', but 9 samples" in sbnn_convert(*arguments).stderr
    np.savez(data, right=rng.random((4, 6)), left=rng.random((3, 6)))
    assert "3 in 'left', 4 in 'right'" in sbnn_convert(*arguments).stderr
    np.savez(data, right=rng.random((4, 6)), lft=rng.random((3, 6)))
    assert "no array 'left'" in sbnn_convert(*arguments).stderr


def test_a_folder_for_micro_is_written_beside_the_file(sbnn_convert, digits):
    folder = digits.with_name("fw")
    result = sbnn_convert(digits, "--micro_dir", folder)
    assert result.returncode == 0, result.stderr
    assert f"wrote {folder}/" in result.stdout
    header = (folder / "digits" / "src" / "digits" / "model.h").read_text()
    assert f"kModelBytes = {digits.with_suffix('.tflite').stat().st_size};" in header


def test_a_micro_folder_with_other_content_is_refused_before_anything_is_done(sbnn_convert, digits):
    folder = digits.with_name("fw")
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    result = sbnn_convert(digits, "--micro_dir", folder)
    assert_refused(
        result, "notes.txt", "--micro_dir", folder=digits.parent, left=["digits.h5", "fw"]
    )
