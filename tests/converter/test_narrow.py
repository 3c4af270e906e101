"""Whole numbers of output stages take as few bytes as they all fit in."""

import numpy as np
import pytest

import sbnn_keras  # isort: skip  (Keras 2)

import tensorflow as tf

import sbnn_converter
from sbnn_converter.forms.narrow import narrowest
from sbnn_converter.tflite import schema
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops


@pytest.mark.parametrize(
    "values, wanted",
    [
        ([-128, 127], "int8"),
        ([0, 0], "int8"),
        ([128], "int16"),
        ([-129], "int16"),
        ([-32768, 32767], "int16"),
        ([32768], "int32"),
        ([-32769, 5], "int32"),
        ([-(2**31), 2**31 - 1], "int32"),
        ([], "int8"),
    ],
)
def test_the_first_type_that_holds_all_of_them(values, wanted):
    found = narrowest(np.array(values, np.int32))
    assert found.dtype == wanted
    np.testing.assert_array_equal(found, values)


def _thresholds_of(inputs: int, connections: float) -> np.ndarray:
    """Those of the second of three dense layers of ones and zeros."""
    tf.keras.utils.set_random_seed(0)
    layer = lambda units, share: sbnn_keras.SparseBinaryDense(  # noqa: E731
        units, input_quantizer="ste_sign", connections=share, use_bias=False
    )
    normalization = tf.keras.layers.BatchNormalization()
    model = tf.keras.Sequential(
        [
            tf.keras.Input((inputs,)),
            layer(16, connections),
            normalization,
            layer(4, 0.5),
        ]
    )
    rng = np.random.default_rng(0)
    spread = inputs * connections
    means = rng.uniform(-spread, spread, 16)
    normalization.set_weights([np.ones(16), np.zeros(16), means, np.ones(16)])
    converted = sbnn_converter.convert_keras_model(model)
    x = rng.normal(size=(32, inputs)).astype(np.float32)
    answers = sbnn_converter.Interpreter(converted).predict(x)
    np.testing.assert_array_equal(answers, model.predict(x, verbose=0))
    (dense,) = [op for op in read_sbnn_ops(converted) if op.name == "SbnnDense"][:1]
    assert dense.options["version"] == 2
    return dense.constants[1]


def test_thresholds_of_a_layer_are_as_wide_as_its_sums():
    assert _thresholds_of(100, 0.5).dtype == np.int8
    assert _thresholds_of(2000, 0.5).dtype == np.int16


def test_only_invented_names_are_left_out():
    tf.keras.utils.set_random_seed(0)
    model = tf.keras.Sequential(
        [
            tf.keras.Input((8,), name="eight"),
            tf.keras.layers.Dense(6, name="plain"),
            sbnn_keras.SparseBinaryDense(6, input_quantizer="ste_sign", name="ours"),
            tf.keras.layers.Dense(3, name="last"),
        ]
    )
    converted = sbnn_converter.convert_keras_model(model)
    interpreter = tf.lite.Interpreter(model_content=converted, experimental_delegates=[])
    names = [detail["name"] for detail in interpreter.get_tensor_details()]
    for layer in ("plain", "ours/connections", "last"):
        assert any(layer in name for name in names), layer
    assert not any(name.startswith(("Const", "arith.", "tfl.")) for name in names)


def test_what_tfliteconverter_says_of_its_call_is_left_out():
    model = tf.keras.Sequential([tf.keras.Input((8,)), sbnn_keras.SparseBinaryDense(6)])
    converted = sbnn_converter.convert_keras_model(model)
    root = schema.Model.GetRootAsModel(converted, 0)
    names = [root.Metadata(i).Name() for i in range(root.MetadataLength())]
    assert names == [b"min_runtime_version"]
