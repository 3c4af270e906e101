"""Activations of several bits, and residual streams, convert to planes, to the last bit."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
import several_bits
from networks import K, stir
from parity import answers, answers_of_keras, assert_agrees, ops_of
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops, read_stored_model
from sbnn_keras import ResidualStream, SparseBinaryDense
from sbnn_keras.applications import BinaryNet
from sbnn_keras.quantizers import QuantHardTanh


def images(rng, count=12):
    return rng.normal(0, 2, (count, *several_bits.SHAPE)).astype(np.float32)


@pytest.mark.parametrize("domain, bits", [("general", (2, 3, 1)), ("signed", (4, 1, 2))])
def test_a_chain_of_layers_has_nothing_but_planes(rng, domain, bits):
    model = stir(several_bits.chain(bits, domain))
    converted = assert_agrees(model, images(rng))
    assert ops_of(converted) == [
        "SbnnQuantize",
        "SbnnConv2D",
        "SbnnMaxPool2D",
        "SbnnConv2D",
        "SbnnMaxPool2D",
        "SbnnConv2D",
        "SbnnDense",
    ]
    read = [op.reads.planes for op in read_sbnn_ops(converted)]
    first, second, third = bits
    assert read == [0, first, second, second, third, third, first]


def test_values_may_be_read_by_anything(rng):
    assert_agrees(stir(several_bits.branches()), images(rng))


def test_activations_of_dorefa_are_planes(rng):
    """Keras rounds the thirds that it adds up: only sums are told apart."""
    converted = assert_agrees(stir(several_bits.dorefa(3)), images(rng), rtol=1e-5)
    ops = ["SbnnConv2D", "SbnnConv2D", "SbnnMaxPool2D", "SbnnDense"]
    assert ops_of(converted) == ["SbnnQuantize", *ops]


def test_streams_of_images(rng):
    converted = assert_agrees(stir(several_bits.streams()), images(rng), rtol=1e-6)
    assert ops_of(converted).count("SbnnAdd") == 2
    ops = read_sbnn_ops(converted)
    assert sum(op.options.get("stream", 0) for op in ops) == 4
    assert sum(op.name == "SbnnConv2D" and op.other is not None for op in ops) == 1


def test_streams_and_activations_of_vectors(rng):
    x = rng.normal(0, 1, (12, 20)).astype(np.float32)
    converted = assert_agrees(stir(several_bits.vectors()), x)
    assert "SbnnAdd" not in ops_of(converted)


def test_streams_that_planes_do_not_hold_stay_in_floats(rng):
    x = tf.keras.Input(several_bits.SHAPE)
    sums = [several_bits.conv(QuantHardTanh(2))(x) for _ in range(3)]
    streams = [
        ResidualStream(8)([ResidualStream(6)(sums[0]), sums[0]]),  # another step; read twice
        ResidualStream(6)(K.BatchNormalization()(sums[1])),  # no power of two
        ResidualStream(6)(K.ReLU()(sums[2])),
        ResidualStream(6)(x),
    ]
    outputs = [several_bits.conv(QuantHardTanh(2))(stream) for stream in streams]
    converted = assert_agrees(stir(tf.keras.Model(x, outputs)), images(rng))
    assert not any(op.options.get("stream") for op in read_sbnn_ops(converted))


def test_binary_net_becomes_our_ops_to_the_last_bit(rng):
    network = BinaryNet((16, 16, 3), width=1 / 32, connections=0.2)
    # The dense layer's sums times a power of two: floats that are equal.
    model = stir(tf.keras.Model(network.input, network.layers[-3].output))
    assert isinstance(network.layers[-3], SparseBinaryDense)
    x = rng.integers(-128, 128, (6, 16, 16, 3)).astype(np.float32) / 128
    converted = assert_agrees(model, x)
    assert set(read_stored_model(converted).other_ops) == {"CONCATENATION"}


def test_planes_between_layers_in_int8(rng):
    x = tf.keras.Input(several_bits.SHAPE)
    y = K.BatchNormalization()(K.Conv2D(6, 3, padding="same")(x))
    values = QuantHardTanh(3)(K.BatchNormalization()(several_bits.conv(QuantHardTanh(2))(y)))
    y = K.Add()([several_bits.conv(None)(values), K.Conv2D(6, 1)(values)])
    y = ResidualStream(6)(several_bits.conv(QuantHardTanh(2))(y))
    y = ResidualStream(6)([y, several_bits.conv(QuantHardTanh(2))(y)])
    model = stir(tf.keras.Model(x, QuantHardTanh(2)(y)))
    data = rng.integers(-128, 128, (40, *several_bits.SHAPE)).astype(np.float32) / 64
    converted = sbnn_converter.convert_keras_model(
        model, representative_dataset=lambda: ([image[None]] for image in data)
    )
    wanted = answers_of_keras(model, data)[0]
    found = answers(converted, data)
    for (outputs,) in found.values():
        assert np.mean(np.abs(outputs - wanted[: len(outputs)]) > 0.5) < 0.05
    assert {"SbnnQuantize", "SbnnDequantize"} < set(ops_of(converted))


def test_a_stream_that_reaches_its_ends_is_no_half_of_a_step_in_int8(rng):
    # Its planes stand for the odd numbers from -255 to 255. As int8 with a step of 2, older
    # runtimes would round them up, newer ones to even numbers.
    x = tf.keras.Input(several_bits.SHAPE)
    stream = ResidualStream(8)
    model = stir(tf.keras.Model(x, stream(several_bits.conv(QuantHardTanh(2))(x))))
    n = model.output_shape[-1]
    stream.set_weights([np.ones(n), np.zeros(n), np.zeros(n), np.full(n, 0.002)])
    data = rng.normal(0, 2, (20, *several_bits.SHAPE)).astype(np.float32)
    values = answers_of_keras(model, data)[0]
    assert (values.min(), values.max()) == (-8.0, 8.0 - 1 / 16)  # both ends
    converted = sbnn_converter.convert_keras_model(
        model,
        representative_dataset=lambda: ([image[None]] for image in data),
        inference_input_type="int8",
        inference_output_type="int8",
    )
    steps = read_stored_model(converted).steps
    (planes,) = (step.outputs[0].index for step in steps if step.name == "SbnnDequantize")
    (quantize,) = (
        step for step in steps if step.name == "QUANTIZE" and step.input(0).index == planes
    )
    in_steps = np.arange(-255, 256, 2) / quantize.outputs[0].scales
    assert np.abs(in_steps % 1 - 0.5).min() > 1e-4
    assert in_steps.max() > 127
