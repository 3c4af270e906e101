"""The grid of Larq Compute Engine's own tests, for ±1 layers and ours.

Many small layers stand side by side in one model, one output each: a conversion
costs as much as some hundred layers in it.
"""

import itertools
import os

import larq as lq
import numpy as np
import pytest
import sbnn_converter
import tensorflow as tf
from networks import K, stir
from parity import assert_agrees

import sbnn_keras

PADDINGS = [("valid", 0.0), ("same", 0.0), ("same", 1.0), ("same", -1.0)]
INPUTS = [(8, 8, 4), (7, 9, 8), (5, 33, 4), (2, 3, 4), (1, 1, 4)]
KERNELS = [(1, 1), (1, 3), (2, 2), (3, 3), (5, 5), (7, 7)]
FAMILIES = ["larq", "01", "general"]
OUTPUTS = ["float", "relu", "bits"]


def binary(family: str, layer: str, *args, **kwargs):
    """A layer of one of the three families, by the name that they share."""
    if family == "larq":
        quantizers = {
            "Dense": ["kernel"],
            "DepthwiseConv2D": ["depthwise"],
            "SeparableConv1D": ["depthwise", "pointwise"],
            "SeparableConv2D": ["depthwise", "pointwise"],
        }.get(layer, ["kernel"])
        for name in quantizers:
            kwargs[f"{name}_quantizer"] = "ste_sign"
            kwargs[f"{name}_constraint"] = "weight_clip"
        return getattr(lq.layers, f"Quant{layer}")(*args, **kwargs)
    kwargs.setdefault("connections", 0.3)
    return getattr(sbnn_keras, f"SparseBinary{layer}")(*args, domain=family, **kwargs)


def fits(shape, kernel, dilation, padding) -> bool:
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    return padding != "valid" or all(np.less_equal(reach, shape[:2]))


def cases(shape, part: int, parts: int):
    """What is behind a convolution, and its arguments: every `parts`th of those
    that fit the input, from number `part` on. Runs with SBNN_GRID_PART set to 0, 1,
    ... 9 in turn cover the whole grid."""
    part += int(os.environ.get("SBNN_GRID_PART", "0"))
    return list(_all_cases(shape))[part % parts :: parts]


def _all_cases(shape):
    windows = itertools.product(
        KERNELS, [1, 2, 4], [(1, 1), (2, 3)], [(1, 1), (3, 2)], PADDINGS
    )
    for index, (kernel, groups, strides, dilation, padding) in enumerate(windows):
        if max(strides) > 1 and max(dilation) > 1:
            continue  # Keras has no such layer
        if not fits(shape, kernel, dilation, padding[0]):
            continue
        if max(kernel) > 3 and (groups > 1 or max(dilation) > 1):
            continue  # large windows: a few
        yield OUTPUTS[index % 3], dict(
            kernel_size=kernel,
            groups=groups,
            strides=strides,
            dilation_rate=dilation,
            padding=padding[0],
            pad_values=padding[1],
        )


def ending(kind: str, y):
    """What makes the sums an output: nothing, ReLU, or a sign read as floats."""
    if kind == "relu":
        return K.ReLU()(y)
    if kind == "bits":
        return lq.quantizers.SteSign()(K.BatchNormalization()(y))
    return y


def spread_domains(model, rng) -> None:
    """Gives layers of the general domain other parameters than they start with."""
    for layer in model.layers:
        for quantizer in getattr(layer, "kernel_quantizers", list)():
            ratio = getattr(quantizer, "ratio", None)
            if isinstance(ratio, tf.Variable):
                ratio.assign(rng.integers(-50, 20) / 64)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", INPUTS)
def test_convolutions_agree_with_keras(rng, shape, family):
    # The cases are dealt out over shapes and families.
    number = 3 * INPUTS.index(shape) + FAMILIES.index(family)
    x = tf.keras.Input(shape)
    outputs = [
        ending(kind, binary(family, "Conv2D", 8, input_quantizer="ste_sign",
                            use_bias=False, **case)(x))
        for kind, case in cases(shape, number, parts=10)
    ]
    model = stir(tf.keras.Model(x, outputs))
    spread_domains(model, rng)
    assert_agrees(model, rng.normal(size=(5, *shape)).astype(np.float32))


@pytest.mark.parametrize("family", FAMILIES)
def test_int8_outputs_agree_with_keras_to_one_step(rng, family):
    shape = (7, 9, 8)
    x = tf.keras.Input(shape)
    outputs = [
        ending(kind, binary(family, "Conv2D", 8, input_quantizer="ste_sign", **case)(x))
        for kind, case in cases(shape, FAMILIES.index(family), parts=10)
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
    for interpreter in found.values():
        answers = interpreter.predict(signs[:10])
        for detail, answer, keras in zip(
            details, answers, model.predict(signs[:10], verbose=0), strict=True
        ):
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
        ending(kind, binary(family, "Conv2D", 8, use_bias=False,
                            input_quantizer=None, **case)(x))
        for kind, case in cases(shape, FAMILIES.index(family), parts=10)
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
    windows = itertools.product(
        [1, 3, (2, 5)], [1, 3], [(1, 1), (1, 2), (2, 1)], PADDINGS
    )
    # The cases are dealt out over the families.
    for index, (kernel, multiplier, (stride, dilation), padding) in list(
        enumerate(windows)
    )[FAMILIES.index(family) :: 5]:
        common = dict(
            kernel_size=kernel, strides=stride, dilation_rate=dilation,
            padding=padding[0], pad_values=padding[1], depth_multiplier=multiplier,
            input_quantizer="ste_sign", use_bias=False,
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
    windows = itertools.product(
        [1, 3, 5], [(1, 1), (1, 2), (2, 1)], ["valid", "same", "causal"]
    )
    for index, (kernel, (stride, dilation), padding) in list(enumerate(windows))[
        FAMILIES.index(family) % 2 :: 2
    ]:
        common = dict(
            kernel_size=kernel, strides=stride, dilation_rate=dilation,
            input_quantizer="ste_sign", use_bias=False, padding=padding,
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
        ending(kind, binary(family, "Dense", units, input_quantizer="ste_sign",
                            use_bias=False)(x))
        for x in inputs
        for units, kind in [(1, "float"), (33, "relu"), (17, "bits")]
    ]
    model = stir(tf.keras.Model(inputs, outputs))
    spread_domains(model, rng)
    x = [rng.normal(size=(5, *shape)).astype(np.float32) for shape in shapes]
    assert_agrees(model, x)
