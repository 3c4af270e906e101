"""sbnn-convert: what it writes, and what it says to bad input.

Bad input ends in one line on standard error, a non-zero status, and no file."""

import json

import h5py
import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import digits_net, pixels
from programs import assert_refused, run_process
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense


@pytest.mark.parametrize("suffix", [".h5", ".keras", ""])
def test_every_kind_of_saved_model_converts(tmp_path, rng, suffix):
    model = digits_net()
    source = tmp_path / f"digits{suffix}"
    model.save(source)
    target = tmp_path / "out.tflite"
    result = run_process("sbnn-convert", source, "-o", target)
    assert result.returncode == 0, result.stderr
    assert "at the entropy bound" in result.stdout and "out.tflite" in result.stdout
    x = pixels(rng, 20)
    np.testing.assert_allclose(
        sbnn_converter.Interpreter(target).predict(x),
        model.predict(x, verbose=0),
        rtol=1e-6,
    )


def test_the_output_is_named_after_the_model(sbnn_convert, tmp_path, monkeypatch):
    digits_net().save(tmp_path / "digits.h5")
    monkeypatch.chdir(tmp_path)
    assert sbnn_convert("digits.h5").returncode == 0
    assert (tmp_path / "digits.tflite").exists()


def test_help_names_the_arguments(sbnn_convert):
    result = sbnn_convert("--help")
    assert result.returncode == 0
    assert "MODEL" in result.stdout and "--output" in result.stdout


def test_a_missing_file(sbnn_convert, tmp_path):
    result = sbnn_convert(tmp_path / "none.h5")
    assert_refused(result, "none.h5", "does not exist", folder=tmp_path)


def test_a_text_file(sbnn_convert, tmp_path):
    (tmp_path / "notes.h5").write_text("not a model")
    result = sbnn_convert(tmp_path / "notes.h5")
    assert_refused(result, "no Keras model", folder=tmp_path, left=["notes.h5"])


def test_a_truncated_file(sbnn_convert, tmp_path):
    digits_net().save(tmp_path / "whole.h5")
    content = (tmp_path / "whole.h5").read_bytes()
    (tmp_path / "whole.h5").unlink()
    (tmp_path / "half.h5").write_bytes(content[: len(content) // 2])
    result = sbnn_convert(tmp_path / "half.h5")
    assert_refused(result, "half.h5", "truncated", folder=tmp_path, left=["half.h5"])


@pytest.mark.parametrize(
    "place, value",
    [
        (("layers", 1, "config"), ""),
        (("layers", 1, "config", "kernel_initializer"), "sparse_binary"),
        (("layers", 1, "config", "units"), None),
        (("layers", 1), 7),
        (("layers",), None),
    ],
)
def test_a_damaged_description_of_layers(sbnn_convert, tmp_path, place, value):
    model = tf.keras.Sequential([tf.keras.Input((4,)), SparseBinaryDense(2, name="own")])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        damaged = json.loads(file.attrs["model_config"])
        *way, last = ("config", *place)
        part = damaged
        for key in way:
            part = part[key]
        part[last] = value
        file.attrs["model_config"] = json.dumps(damaged)
    result = sbnn_convert(tmp_path / "m.h5")
    assert_refused(
        result, "m.h5", "is damaged", "save the model again", folder=tmp_path, left=["m.h5"]
    )
    assert "object" not in result.stderr and "argument" not in result.stderr


def test_a_custom_layer(sbnn_convert, tmp_path):
    class Doubled(tf.keras.layers.Layer):
        def call(self, x):
            return 2 * x

    tf.keras.Sequential([tf.keras.Input((4,)), Doubled(), SparseBinaryDense(2)]).save(
        tmp_path / "custom.h5"
    )
    result = sbnn_convert(tmp_path / "custom.h5")
    assert_refused(result, "Doubled", "custom layer", folder=tmp_path, left=["custom.h5"])


def test_an_output_folder_that_does_not_exist(sbnn_convert, tmp_path):
    digits_net().save(tmp_path / "digits.h5")
    result = sbnn_convert(tmp_path / "digits.h5", "-o", tmp_path / "no" / "x.tflite")
    assert_refused(result, "output folder", "does not exist", folder=tmp_path, left=["digits.h5"])


def test_an_undefined_spatial_size(sbnn_convert, tmp_path):
    tf.keras.Sequential(
        [
            tf.keras.Input((None, None, 1)),
            SparseBinaryConv2D(4, 3),
            tf.keras.layers.GlobalMaxPooling2D(),
        ]
    ).save(tmp_path / "free.h5")
    result = sbnn_convert(tmp_path / "free.h5")
    assert_refused(result, "undefined shape", folder=tmp_path, left=["free.h5"])


def test_an_unknown_flag_and_a_second_model(sbnn_convert):
    assert_refused(sbnn_convert("a.h5", "--fast"), "fast", "--help")
    assert_refused(sbnn_convert("a.h5", "b.h5"), "found 2 models")


def test_an_old_output_survives_a_failed_conversion(sbnn_convert, tmp_path):
    (tmp_path / "old.tflite").write_bytes(b"precious")
    (tmp_path / "notes.h5").write_text("not a model")
    sbnn_convert(tmp_path / "notes.h5", "-o", tmp_path / "old.tflite")
    assert (tmp_path / "old.tflite").read_bytes() == b"precious"


def test_nan_weights_are_named():
    model = digits_net()
    model.layers[-1].bias.assign(np.full(10, np.nan))
    with pytest.raises(sbnn_converter.ConversionError, match="10 of 10 .* NaN"):
        sbnn_converter.convert_keras_model(model)


def test_a_kernel_of_many_values_is_refused_by_name():
    model = tf.keras.Sequential(
        [
            tf.keras.Input((4,)),
            lq.layers.QuantDense(3, kernel_quantizer=lq.quantizers.DoReFa(2)),
        ]
    )
    with pytest.raises(sbnn_converter.ConversionError, match="different weights"):
        sbnn_converter.convert_keras_model(model)
