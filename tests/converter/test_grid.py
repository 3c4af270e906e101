"""The grid of Larq Compute Engine's own tests (grid.py) against Keras."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from grid import (
    FAMILIES,
    INPUTS,
    OUTPUTS,
    PADDINGS,
    PARTS,
    binary,
    cases,
    convolutions,
    ending,
    spread_domains,
)
from networks import stir
from parity import answers_of_keras, assert_agrees


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", INPUTS)
def test_convolutions_agree_with_keras(rng, shape, family):
    # The cases are dealt out over shapes and families.
    number = len(FAMILIES) * INPUTS.index(shape) + FAMILIES.index(family)
    model = convolutions(rng, shape, family, number, PARTS)
    assert_agrees(model, rng.normal(size=(5, *shape)).astype(np.float32))


@pytest.mark.parametrize("family", FAMILIES)
def test_int8_outputs_agree_with_keras_to_one_step(rng, family):
    shape = (7, 9, 8)
    x = tf.keras.Input(shape)
    outputs = [
        ending(kind, binary(family, "Conv2D", 8, input_quantizer="ste_sign", **case)(x))
        for kind, case in cases(shape, FAMILIES.index(family), PARTS)
        if kind != "bits"
    ]
    model = stir(tf.keras.Model(x, outputs))
    spread_domains(model, rng)
    signs = rng.choice([-1.0, 1.0], (20, *shape)).astype(np.float32)
    converted = sbnn_converter.convert_keras_model(
        model,
        inference_output_type=tf.int8,
        representative_dataset=lambda: ([image[None]] for image in signs),
    )
    found = {"host": sbnn_converter.Interpreter(converted)}
    details = found["host"].output_details
    found["micro"] = sbnn_converter.micro.Interpreter(converted)
    wanted = answers_of_keras(model, signs[:10])
    for interpreter in found.values():
        answers = interpreter.predict(signs[:10])
        for detail, answer, keras in zip(details, answers, wanted, strict=True):
            scale, zero_point = detail["quantization"]
            assert answer.dtype == np.int8
            real = (answer.astype(np.float64) - zero_point) * scale
            np.testing.assert_allclose(real, keras, rtol=0, atol=0.51 * scale)


@pytest.mark.parametrize("family", FAMILIES)
def test_float_inputs_agree_with_keras(rng, family):
    """The first layer of a network: float pixels, sums exact or nearly so."""
    shape = (6, 7, 4)
    x = tf.keras.Input(shape)
    outputs = [
        ending(kind, binary(family, "Conv2D", 8, use_bias=False, input_quantizer=None, **case)(x))
        for kind, case in cases(shape, FAMILIES.index(family), PARTS)
    ]
    model = stir(tf.keras.Model(x, outputs))
    spread_domains(model, rng)
    pixels = (rng.integers(-16, 17, (5, *shape)) / 16).astype(np.float32)
    assert_agrees(model, pixels)


@pytest.mark.parametrize("family", FAMILIES)
def test_depthwise_and_separable_convolutions_agree_with_keras(rng, family):
    shape = (7, 10, 3)
    x = tf.keras.Input(shape)
    outputs = []
    windows = itertools.product([1, 3, (2, 5)], [1, 3], [(1, 1), (1, 2), (2, 1)], PADDINGS)
    # The cases are dealt out over the families.
    for index, (kernel, multiplier, (stride, dilation), padding) in list(enumerate(windows))[
        FAMILIES.index(family) :: 7
    ]:
        common = dict(
            kernel_size=kernel,
            strides=stride,
            dilation_rate=dilation,
            padding=padding[0],
            pad_values=padding[1],
            depth_multiplier=multiplier,
            input_quantizer="ste_sign",
            use_bias=False,
        )
        for layer in (
            binary(family, "DepthwiseConv2D", **common),
            binary(family, "SeparableConv2D", 5, **common),
        ):
            outputs.append(ending(OUTPUTS[index % 3], layer(x)))
    model = stir(tf.keras.Model(x, outputs))
    spread_domains(model, rng)
    assert_agrees(model, rng.normal(size=(5, *shape)).astype(np.float32))


@pytest.mark.parametrize("family", FAMILIES)
def test_layers_on_sequences_agree_with_keras(rng, family):
    shape = (35, 6)
    x = tf.keras.Input(shape)
    outputs = []
    windows = itertools.product([1, 3, 5], [(1, 1), (1, 2), (2, 1)], ["valid", "same", "causal"])
    for index, (kernel, (stride, dilation), padding) in list(enumerate(windows))[
        FAMILIES.index(family) :: 3
    ]:
        common = dict(
            kernel_size=kernel,
            strides=stride,
            dilation_rate=dilation,
            input_quantizer="ste_sign",
            use_bias=False,
            padding=padding,
        )
        layers = [binary(family, "Conv1D", 8, groups=1 + index % 2, **common)]
        if padding != "causal":
            layers.append(binary(family, "SeparableConv1D", 4, **common))
        if padding == "same":
            layers.append(binary(family, "Conv1D", 8, pad_values=1.0, **common))
        for layer in layers:
            outputs.append(ending(OUTPUTS[index % 3], layer(x)))
    model = stir(tf.keras.Model(x, outputs))
    spread_domains(model, rng)
    assert_agrees(model, rng.normal(size=(5, *shape)).astype(np.float32))


@pytest.mark.parametrize("family", FAMILIES)
def test_dense_layers_on_any_axes_agree_with_keras(rng, family):
    shapes = [(45,), (1,), (6, 7), (3, 5, 4), (2, 3, 4, 5)]
    inputs = [tf.keras.Input(shape) for shape in shapes]
    outputs = [
        ending(kind, binary(family, "Dense", units, input_quantizer="ste_sign", use_bias=False)(x))
        for x in inputs
        for units, kind in [(1, "float"), (33, "relu"), (17, "bits")]
    ]
    model = stir(tf.keras.Model(inputs, outputs))
    spread_domains(model, rng)
    x = [rng.normal(size=(5, *shape)).astype(np.float32) for shape in shapes]
    assert_agrees(model, x)
