"""Converted models give Keras's answers in every runtime.

Keras is the reference: `predict`, without XLA."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import K, digits_net, pixels, signs, stir
from sbnn_converter.runtimes.interpreter import available_runtimes
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

RUNTIMES = ["tflite_runtime", "litert", "tensorflow", "micro"]


def run(model: bytes, runtime: str, x: np.ndarray) -> np.ndarray:
    if runtime == "micro":
        return sbnn_converter.micro.Interpreter(model).predict(x)
    if runtime not in available_runtimes():
        pytest.skip(f"{runtime} has no wheel for this Python")
    return sbnn_converter.Interpreter(model, runtime).predict(x)


def ops_of(model: bytes) -> list[str]:
    return [op.name for op in read_sbnn_ops(model)]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_integer_stages_are_bit_exact_on_1000_random_inputs(rng, runtime):
    # The last layer without bias: its output is the integer sum times a power of
    # two, so equal floats mean equal integers.
    model = digits_net()
    model.layers[-1].bias.assign(np.zeros(10))
    assert (
        min(
            layer.gamma.numpy().min()
            for layer in model.layers
            if isinstance(layer, K.BatchNormalization)
        )
        < 0
    )
    x = pixels(rng, 1000)
    converted = sbnn_converter.convert_keras_model(model)
    np.testing.assert_array_equal(run(converted, runtime, x), model.predict(x, verbose=0))


def test_the_whole_chain_becomes_our_ops():
    converted = sbnn_converter.convert_keras_model(digits_net())
    assert ops_of(converted) == [
        "SbnnConv2D",
        "SbnnConv2D",
        "SbnnMaxPool2D",
        "SbnnConv2D",
        "SbnnDense",
        "SbnnDense",
    ]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_layers_that_are_not_ours_stay_with_tflite(rng, runtime):
    model = stir(
        tf.keras.Sequential(
            [
                tf.keras.Input((9, 7, 2)),
                K.Conv2D(8, 3, activation="relu"),
                K.BatchNormalization(),
                SparseBinaryConv2D(12, 3, connections=0.2, strides=2, padding="same"),
                K.MaxPooling2D(2, padding="same"),
                K.BatchNormalization(),
                K.Dropout(0.5),
                K.Flatten(),
                K.Dense(6, activation="tanh"),
                SparseBinaryDense(5, connections=0.5, activation="relu"),
                K.Softmax(),
            ]
        )
    )
    x = rng.normal(size=(50, 9, 7, 2)).astype(np.float32)
    converted = sbnn_converter.convert_keras_model(model)
    np.testing.assert_allclose(
        run(converted, runtime, x), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6
    )


def run_any(model, runtime, x):
    return run(model, available_runtimes()[0] if runtime == "auto" else runtime, x)


@pytest.mark.parametrize(
    "pool, strides, padding",
    [
        (2, 2, "valid"),
        (3, 2, "same"),
        (2, 1, "same"),
        ((1, 3), (2, 1), "valid"),
    ],
)
@pytest.mark.parametrize("pool_first", [True, False])
def test_max_pooling_on_either_side_of_batch_normalization(rng, pool, strides, padding, pool_first):
    between = [K.MaxPooling2D(pool, strides, padding), K.BatchNormalization()]
    model = stir(
        tf.keras.Sequential(
            [
                tf.keras.Input((7, 9, 3)),
                SparseBinaryConv2D(
                    8, 3, padding="same", connections=0.3, input_quantizer="ste_sign"
                ),
                *(between if pool_first else between[::-1]),
                SparseBinaryConv2D(4, 1, connections=0.5, use_bias=False),
            ]
        )
    )
    x = signs(rng, 30, (7, 9, 3))
    converted = sbnn_converter.convert_keras_model(model)
    assert "SbnnMaxPool2D" in ops_of(converted)
    keras = model.predict(x, verbose=0)
    for runtime in ("auto", "micro"):
        np.testing.assert_array_equal(run_any(converted, runtime, x), keras)


def test_binary_layers_of_larq_convert_too(rng):
    binary = dict(kernel_quantizer="ste_sign", kernel_constraint="weight_clip")
    model = stir(
        tf.keras.Sequential(
            [
                tf.keras.Input((6, 6, 2)),
                lq.layers.QuantConv2D(8, 3, padding="same", input_quantizer="ste_sign", **binary),
                K.BatchNormalization(),
                K.Flatten(),
                lq.layers.QuantDense(7, input_quantizer="ste_sign", use_bias=False, **binary),
            ]
        )
    )
    x = signs(rng, 40, (6, 6, 2))
    converted = sbnn_converter.convert_keras_model(model)
    keras = model.predict(x, verbose=0)
    for runtime in ("auto", "micro"):
        np.testing.assert_array_equal(run_any(converted, runtime, x), keras)


def test_a_dense_network_on_a_vector(rng):
    model = stir(
        tf.keras.Sequential(
            [
                tf.keras.Input((45,)),
                SparseBinaryDense(33, connections=0.3),
                K.BatchNormalization(),
                SparseBinaryDense(17, connections=0.3),
                SparseBinaryDense(3, connections=0.5, use_bias=False),
            ]
        )
    )
    x = pixels(rng, 100, (45,))
    converted = sbnn_converter.convert_keras_model(model)
    assert ops_of(converted) == ["SbnnDense"] * 3
    keras = model.predict(x, verbose=0)
    for runtime in ("auto", "micro"):
        np.testing.assert_array_equal(run_any(converted, runtime, x), keras)


@pytest.mark.parametrize("weight_code", ["bitmap", "rice", "golomb", "bytes"])
@pytest.mark.parametrize("runtime", ["auto", "micro"])
def test_every_weight_code_gives_the_same_answers(rng, weight_code, runtime):
    model = digits_net(connections=0.2)
    model.layers[-1].bias.assign(np.zeros(10))
    x = pixels(rng, 100)
    converted = sbnn_converter.convert_keras_model(model, weight_code=weight_code)
    np.testing.assert_array_equal(run_any(converted, runtime, x), model.predict(x, verbose=0))
