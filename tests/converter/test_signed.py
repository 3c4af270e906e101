"""Networks with weights -1, 0 and +1 give Keras's numbers in every runtime, from floats and
from int8; which layers and shapes there are is the grid's business (test_grid.py)."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import K, stir
from on_host import OnHost
from sbnn_converter.inspection import inspect_model
from sbnn_converter.runtimes.interpreter import available_runtimes
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense, SparseBinaryDepthwiseConv2D

SIGNED = dict(domain="signed", connections=0.2, use_bias=False)
IMAGE, VECTOR = (7, 9, 4), (45,)


def uneven(layer):
    """Gives a layer an output channel without connections, one in which all add, and one
    in which all subtract."""
    latent = layer.kernel.numpy()
    latent[..., 0] = 0
    latent[..., 1] = np.abs(latent[..., 1])
    latent[..., 2] = -np.abs(latent[..., 2])
    layer.kernel.assign(latent)
    kernel = layer.binary_kernel()
    assert not kernel[..., 0].any() and kernel[..., 1].min() == 0 and kernel[..., 2].max() == 0


@pytest.fixture(scope="module")
def model() -> tf.keras.Model:
    """First layers on numbers, all kinds of layers on bits, negative gammas."""
    tf.keras.utils.set_random_seed(1)
    image, vector = tf.keras.Input(IMAGE), tf.keras.Input(VECTOR)
    y = SparseBinaryConv2D(8, 3, padding="same", input_quantizer=None, name="first", **SIGNED)(
        image
    )
    y = K.BatchNormalization()(K.MaxPooling2D(2, padding="same")(y))
    y = SparseBinaryConv2D(12, 3, groups=2, padding="same", name="second", **SIGNED)(y)
    y = K.BatchNormalization()(y)
    y = SparseBinaryDepthwiseConv2D(3, padding="same", **SIGNED)(y)
    y = K.Flatten()(K.BatchNormalization()(y))
    y = SparseBinaryDense(70, name="wide", **SIGNED)(y)
    y = SparseBinaryDense(5, **SIGNED)(K.BatchNormalization()(y))
    z = SparseBinaryDense(20, input_quantizer=None, name="numbers", **SIGNED)(vector)
    bits = lq.quantizers.SteSign()(K.BatchNormalization()(z))
    z = SparseBinaryDense(3, **SIGNED)(bits)
    model = stir(tf.keras.Model([image, vector], [y, z, bits]))
    for name in ("first", "second", "wide", "numbers"):
        uneven(model.get_layer(name))
    return model


def numbers(rng, n: int) -> list[np.ndarray]:
    """Numbers in steps of 1/16 that int8 holds as they are: sums of them are exact."""
    shapes = (IMAGE, VECTOR)
    return [(rng.integers(-128, 128, (n, *s)) / 16).astype(np.float32) for s in shapes]


def in_every_runtime(converted: bytes, x: list[np.ndarray], folder, objects) -> dict[str, list]:
    export = sbnn_converter.export_c(converted, folder)
    program = OnHost(export, folder, objects, ("-O1", "-fsanitize=undefined"))
    assert program.check() == 0
    return {
        **{
            runtime: sbnn_converter.Interpreter(converted, runtime=runtime).predict(x)
            for runtime in available_runtimes()
        },
        "micro": sbnn_converter.micro.Interpreter(converted).predict(x),
        "C": program.predict(*x),
    }


@pytest.mark.parametrize("code", ["auto", "golomb", "sliced"])
def test_every_runtime_gives_keras_answers(rng, model, code, tmp_path, objects):
    converted = sbnn_converter.convert_keras_model(model, weight_code=code)
    assert {op.options["version"] for op in read_sbnn_ops(converted) if op.code_bytes} == {2}
    x = numbers(rng, 40)
    wanted = [y.numpy() for y in model(x)]
    assert all(len(np.unique(y)) > 1 for y in wanted)
    for runtime, found in in_every_runtime(converted, x, tmp_path / "c", objects).items():
        for one, keras in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(one, keras, runtime)


def test_in_int8_every_runtime_rounds_keras_answers(rng, model, tmp_path, objects):
    x = numbers(rng, 40)
    for array in x:
        array[0].flat[:2] = -8, 127 / 16  # a scale of 1/16
    converted = sbnn_converter.convert_keras_model(
        model,
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
        representative_dataset=lambda: ([a[i : i + 1] for a in x] for i in range(40)),
    )
    details = sbnn_converter.Interpreter(converted).output_details
    quantized = [np.round(16 * array).astype(np.int8) for array in x]
    wanted = [y.numpy() for y in model(x)]
    found = in_every_runtime(converted, quantized, tmp_path / "c", objects)
    for runtime, outputs in found.items():
        for one, keras, detail in zip(outputs, wanted, details, strict=True):
            scale, zero_point = detail["quantization"]
            real = (one.astype(np.float64) - zero_point) * scale
            np.testing.assert_allclose(real, keras, rtol=0, atol=0.51 * scale, err_msg=runtime)


def scaled_ternary(x):
    """-f, 0 and +f with another f in every output channel."""
    factors = tf.range(1.0, x.shape[-1] + 1.0) / 8
    return lq.quantizers.ste_tern(x) * factors


@pytest.mark.parametrize("quantizer", ["ste_tern", scaled_ternary])
def test_other_quantizers_of_three_values_are_as_good(rng, quantizer):
    layers = dict(kernel_quantizer=quantizer, input_quantizer="ste_sign", use_bias=False)
    model = tf.keras.Sequential(
        [
            tf.keras.Input(IMAGE),
            lq.layers.QuantConv2D(6, 3, padding="same", pad_values=1.0, **layers),
            K.BatchNormalization(),
            K.Flatten(),
            lq.layers.QuantDense(5, **layers),
        ]
    )
    model.layers[0].kernel.assign(rng.normal(0, 0.1, (3, 3, 4, 6)))
    stir(model)
    converted = sbnn_converter.convert_keras_model(model)
    assert all(layer.signed for layer in inspect_model(converted).layers)
    x = rng.normal(size=(20, *IMAGE)).astype(np.float32)
    found = sbnn_converter.Interpreter(converted).predict(x)
    np.testing.assert_allclose(found, model(x).numpy(), rtol=1e-6)


def test_layers_that_need_no_signs_have_none(rng):
    model = tf.keras.Sequential(
        [
            tf.keras.Input(VECTOR),
            SparseBinaryDense(20, input_quantizer="ste_sign", name="one_sign", **SIGNED),
            K.BatchNormalization(),
            SparseBinaryDense(5, input_quantizer="ste_sign", **(SIGNED | {"connections": 1.0})),
        ]
    )
    kernel = model.layers[0].kernel
    kernel.assign(np.abs(kernel.numpy()) * np.where(np.arange(20) % 3, 1, -1))
    converted = sbnn_converter.convert_keras_model(stir(model))
    one_sign, all_connected = inspect_model(converted).layers
    assert one_sign.values == (0, 1) and one_sign.density == pytest.approx(0.2, abs=0.01)
    assert all_connected.values == (-0.5, 0.5)  # a bit a weight, as ever
    assert not any(op.options.get("has_signs") for op in read_sbnn_ops(converted))
    x = rng.normal(size=(20, *VECTOR)).astype(np.float32)
    found = sbnn_converter.Interpreter(converted).predict(x)
    np.testing.assert_allclose(found, model(x).numpy(), rtol=1e-6)
