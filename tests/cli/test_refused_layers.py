"""An export that lacks an op says which Keras layer needs it, and nothing is written."""

import pytest
import tensorflow as tf

from sbnn_keras import SparseBinaryDense

K = tf.keras.layers


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8,)),
            SparseBinaryDense(6, connections=0.5),
            K.Dense(5, name="plain"),
            K.Activation("gelu", name="smooth"),
            SparseBinaryDense(4, connections=0.5),
        ]
    )
    path = tmp_path_factory.mktemp("refused") / "model.h5"
    model.save(path)
    return path


@pytest.mark.parametrize("flag", ["--micro_dir", "--c_dir"])
def test_an_export_names_the_layer(sbnn_convert, saved, tmp_path, flag):
    target = tmp_path / "model.tflite"
    result = sbnn_convert(saved, "-o", target, flag, tmp_path / "folder")
    assert result.returncode == 1 and result.stderr.count("\n") == 1
    assert "layer 'smooth' (Activation of gelu)" in result.stderr and "GELU" in result.stderr
    assert list(tmp_path.iterdir()) == []
