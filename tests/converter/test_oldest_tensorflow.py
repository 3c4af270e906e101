"""What TensorFlow 2.16 lacks is done without; `make compatibility` tries that release itself."""

import pytest
import tensorflow as tf

import sbnn_converter
from sbnn_converter.emitter.editor import flatbuffer_utils
from sbnn_keras import SparseBinaryDense


def test_flatbuffers_are_read_without_the_function_for_those_beyond_2_gb(monkeypatch):
    if not hasattr(flatbuffer_utils, "read_model_from_bytearray"):
        pytest.skip("this is the oldest TensorFlow")
    layers = [SparseBinaryDense(8), tf.keras.layers.Dense(3)]
    model = tf.keras.Sequential([tf.keras.Input((12,)), *layers])
    wanted = sbnn_converter.convert_keras_model(model)
    monkeypatch.delattr(flatbuffer_utils, "read_model_from_bytearray")
    assert sbnn_converter.convert_keras_model(model) == wanted
