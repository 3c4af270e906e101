"""No file leaves the converter that cannot run."""

import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_converter.convert
from sbnn_converter.tflite import schema
from sbnn_keras import SparseBinaryDense


def rewired(model: bytes, change) -> bytes:
    content = bytearray(model)
    graph = schema.Model.GetRootAsModel(content, 0).Subgraphs(0)
    change(graph)
    return bytes(content)


def read_too_early(graph):
    graph.Operators(0).InputsAsNumpy()[0] = graph.Operators(1).OutputsAsNumpy()[0]


def output_of_nothing(graph):
    graph.OutputsAsNumpy()[0] = graph.TensorsLength()


@pytest.mark.parametrize(
    "change, message",
    [
        (read_too_early, "SbnnDense: it reads tensor .* which nothing before it writes"),
        (output_of_nothing, "an output of the network is tensor .* which no op writes"),
    ],
)
def test_a_result_that_cannot_run_is_not_returned(monkeypatch, change, message):
    finish = sbnn_converter.convert.finish
    monkeypatch.setattr(
        sbnn_converter.convert, "finish", lambda *given: rewired(finish(*given), change)
    )
    model = tf.keras.Sequential([tf.keras.Input((6,)), SparseBinaryDense(6), SparseBinaryDense(2)])
    with pytest.raises(sbnn_converter.ConversionError, match=f"{message}.*please report"):
        sbnn_converter.convert_keras_model(model)


@pytest.mark.parametrize("layers", [[], [tf.keras.layers.Flatten]], ids=["direct", "moved"])
def test_float64_in_front_of_a_binary_layer_is_named(layers):
    first = tf.keras.Input((2, 3) if layers else (6,), dtype="float64", name="pixels")
    model = tf.keras.Sequential(
        [first, *(layer() for layer in layers), SparseBinaryDense(2, name="dense")]
    )
    with pytest.raises(
        sbnn_converter.ConversionError,
        match="layer 'dense' reads float64 from 'pixels'.*Input.*dtype='float32'",
    ):
        sbnn_converter.convert_keras_model(model)
