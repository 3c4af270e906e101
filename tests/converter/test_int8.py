"""int8 conversion: no float op is left, answers stay close, signs stay right."""

import larq as lq
import numpy as np
import pytest
import sbnn_converter
import tensorflow as tf
import zoo
from networks import K, digits_net, pixels, stir
from parity import ops_of
from tensorflow.lite.python import schema_py_generated as schema

from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

FLOAT = (schema.TensorType.FLOAT32, schema.TensorType.FLOAT16)


def dataset(x: np.ndarray):
    return lambda: ([sample[None]] for sample in x)


def to_int8(model: tf.keras.Model, x: np.ndarray, **types) -> bytes:
    types = types or dict(
        inference_input_type=tf.int8, inference_output_type=tf.int8
    )
    return sbnn_converter.convert_keras_model(
        model, representative_dataset=dataset(x), **types
    )


def float_tensors(model: bytes) -> list[str]:
    graph = schema.Model.GetRootAsModel(model, 0).Subgraphs(0)
    tensors = [graph.Tensors(i) for i in range(graph.TensorsLength())]
    return [t.Name().decode() for t in tensors if t.Type() in FLOAT]


def run_int8(model: bytes, runtime: str, x: np.ndarray) -> np.ndarray:
    """Quantizes the input, runs, and gives the output's real values."""
    open_model = {
        "host": sbnn_converter.Interpreter,
        "micro": sbnn_converter.micro.Interpreter,
    }[runtime]
    # The quantization is the same in all runtimes: read it where it is easy.
    host = sbnn_converter.Interpreter(model)
    scale, zero = host.input_details[0]["quantization"]
    dtype = host.input_details[0]["dtype"]
    limits = np.iinfo(dtype)
    q = np.clip(np.round(x / scale) + zero, limits.min, limits.max).astype(dtype)
    scale, zero = host.output_details[0]["quantization"]
    return (open_model(model).predict(q).astype(np.float64) - zero) * scale


def mixed_net() -> tf.keras.Model:
    """Float layers at both ends and between the binary ones."""
    return stir(
        tf.keras.Sequential(
            [
                tf.keras.Input((8, 8, 1)),
                K.Conv2D(8, 3, padding="same"),
                K.BatchNormalization(),
                SparseBinaryConv2D(16, 3, padding="same", connections=0.2),
                K.MaxPooling2D(2),
                K.BatchNormalization(),
                K.Conv2D(12, 1, activation="relu"),
                SparseBinaryConv2D(16, 3, padding="same", connections=0.3),
                K.BatchNormalization(),
                K.Flatten(),
                SparseBinaryDense(20, connections=0.3),
                K.BatchNormalization(),
                K.Dense(10),
                K.Softmax(),
            ]
        )
    )


@pytest.mark.parametrize("network", [digits_net, mixed_net])
def test_an_all_int8_model_holds_no_float_tensor(rng, network):
    model = network()
    converted = to_int8(model, pixels(rng, 50))
    assert float_tensors(converted) == []


@pytest.mark.parametrize("runtime", ["host", "micro"])
def test_a_binary_chain_in_int8_differs_by_input_rounding_only(rng, runtime):
    # Pixels in multiples of 1/16 are whole steps of the input's scale, 1/255 being
    # the calibrated one: compare with Keras on what int8 makes of the pixels.
    model = digits_net()
    x = pixels(rng, 200)
    converted = to_int8(model, x)
    scale, zero = sbnn_converter.Interpreter(converted).input_details[0]["quantization"]
    rounded = ((np.round(x / scale)) * scale).astype(np.float32)
    keras = model.predict(rounded, verbose=0)
    ours = run_int8(converted, runtime, x)
    step = np.ptp(keras) / 255
    assert np.abs(ours - keras).max() <= 2 * step
    assert zero == -128


@pytest.mark.parametrize("runtime", ["host", "micro"])
def test_a_mixed_network_in_int8_mostly_agrees_with_keras(rng, runtime):
    model = mixed_net()
    x = pixels(rng, 300)
    keras = model.predict(x, verbose=0)
    ours = run_int8(to_int8(model, x), runtime, x)
    assert (ours.argmax(1) == keras.argmax(1)).mean() > 0.8


def test_host_and_micro_give_the_same_int8(rng):
    model = mixed_net()
    x = pixels(rng, 50)
    converted = to_int8(model, x)
    np.testing.assert_array_equal(
        run_int8(converted, "host", x), run_int8(converted, "micro", x)
    )


@pytest.mark.parametrize("with_batch_norm", [False, True])
def test_the_sign_of_small_values_survives_the_rounding(rng, with_batch_norm):
    # A float convolution that int8 represents exactly, weights and inputs, so that
    # nothing but the rounding of its results can turn a sign. They spread over a
    # wide range: many are smaller than half a 255th of it.
    model = stir(
        tf.keras.Sequential(
            [
                tf.keras.Input((6, 6, 2)),
                K.Conv2D(16, 3, use_bias=False),
                *([K.BatchNormalization()] if with_batch_norm else []),
                SparseBinaryConv2D(8, 1, connections=1.0, use_bias=False),
            ]
        )
    )
    weights = rng.choice([-1, 1], (3, 3, 2, 16)) * 2 ** rng.integers(0, 5, (3, 3, 2, 16))
    weights[0, 0, 0] = 127
    weights[1, 1, 1] = -127
    model.layers[0].kernel.assign(weights / 127)
    if with_batch_norm:
        model.layers[1].moving_mean.assign(rng.normal(0, 0.05, 16))
    x = np.round(rng.normal(128, 30, (200, 6, 6, 2))).clip(0, 255) / 255
    x[0, 0, 0, 0], x[0, 0, 0, 1] = 0, 1
    x = x.astype(np.float32)
    before_sign = model.layers[-2].output
    values = tf.keras.Model(model.inputs, before_sign).predict(x, verbose=0)
    small = np.abs(values) < np.abs(values).max() / 510
    assert small.mean() > 0.002  # the trap is there
    keras = model.predict(x, verbose=0)
    converted = to_int8(
        model, x, inference_input_type=tf.int8, inference_output_type=tf.float32
    )
    host = sbnn_converter.Interpreter(converted)
    scale, zero = host.input_details[0]["quantization"]
    q = np.clip(np.round(x / scale) + zero, -128, 127).astype(np.int8)
    # The output is quantized, too; a wrong sign moves a sum of 16 signs by 2.
    step = np.abs(model.layers[-1].output_scale).max()
    wrong = np.abs(host.predict(q) - keras) > step
    assert wrong.mean() < 0.002


@pytest.mark.parametrize("dtype", [tf.float32, tf.int8, tf.uint8])
def test_every_type_of_input_and_output(rng, dtype):
    model = digits_net()
    x = pixels(rng, 100)
    converted = to_int8(
        model, x, inference_input_type=dtype, inference_output_type=dtype
    )
    host = sbnn_converter.Interpreter(converted)
    assert host.input_details[0]["dtype"] == dtype.as_numpy_dtype
    assert host.output_details[0]["dtype"] == dtype.as_numpy_dtype
    if dtype == tf.float32:
        answer = host.predict(x)
    else:
        answer = run_int8(converted, "host", x)
    keras = model.predict(x, verbose=0)
    assert (answer.argmax(1) == keras.argmax(1)).mean() > 0.9


def test_bad_representative_data_is_refused_in_plain_words(rng):
    model = digits_net()
    error = sbnn_converter.ConversionError
    with pytest.raises(error, match="is empty"):
        to_int8(model, pixels(rng, 0))
    with pytest.raises(error, match=r"shape \(1, 8, 9, 1\)"):
        to_int8(model, pixels(rng, 3, (8, 9, 1)))
    with pytest.raises(error, match="NaN or infinite"):
        to_int8(model, np.full((1, 8, 8, 1), np.nan, np.float32))
    with pytest.raises(error, match="has 2 arrays"):
        sbnn_converter.convert_keras_model(
            model, representative_dataset=lambda: [[np.zeros((1, 8, 8, 1))] * 2]
        )
    with pytest.raises(error, match="no representative_dataset"):
        sbnn_converter.convert_keras_model(model, inference_input_type=tf.int8)
    with pytest.raises(error, match="int8 or uint8 is wanted"):
        to_int8(model, pixels(rng, 1), inference_input_type=tf.int16)


@pytest.mark.parametrize("family", ["larq", "01"])
@pytest.mark.parametrize("build", [zoo.bi_real_net, zoo.quick_net, zoo.dense_net])
def test_networks_with_branches_follow_keras_in_int8(rng, build, family):
    model = stir(build(family))
    x = pixels(rng, 60, zoo.SHAPE)
    keras = model.predict(x, verbose=0)
    converted = to_int8(model, x)
    assert float_tensors(converted) == []
    host = run_int8(converted, "host", x)
    # Averages and softmax are the runtimes' own and round differently by a step.
    micro = run_int8(converted, "micro", x[:5])
    np.testing.assert_allclose(host[:5], micro, rtol=0, atol=4 / 256)
    # Binary networks answer to rounded inputs with a jump here and there.
    assert np.corrcoef(host.ravel(), keras.ravel())[0, 1] > 0.8


def test_a_model_trained_for_int8_converts_with_and_without_data(rng):
    quantization = pytest.importorskip("tensorflow_model_optimization").quantization
    annotate = quantization.keras.quantize_annotate_layer
    with quantization.keras.quantize_scope():
        model = quantization.keras.quantize_apply(
            tf.keras.Sequential(
                [
                    tf.keras.Input((8, 8, 1)),
                    annotate(K.Conv2D(8, 3, padding="same")),
                    SparseBinaryConv2D(8, 3, connections=0.2),
                    K.BatchNormalization(),
                    SparseBinaryConv2D(8, 3, connections=0.2),
                    K.Flatten(),
                    annotate(K.Dense(10)),
                ]
            )
        )
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss)
    x = pixels(rng, 100)
    model.fit(x, rng.integers(0, 10, 100), epochs=1, verbose=0)
    keras = model.predict(x, verbose=0)

    plain = sbnn_converter.convert_keras_model(model)
    found = sbnn_converter.Interpreter(plain).predict(x)
    np.testing.assert_allclose(found, keras, rtol=1e-4, atol=1e-4 * np.abs(keras).max())

    converted = to_int8(model, x)
    assert float_tensors(converted) == []
    # What Keras has trained with is int8 already: little changes.
    int8 = run_int8(converted, "host", x)
    assert np.corrcoef(int8.ravel(), keras.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("runtime", ["host", "micro"])
def test_bits_that_a_float_layer_reads_become_int8(rng, runtime):
    model = stir(
        tf.keras.Sequential(
            [
                tf.keras.Input((8, 8, 1)),
                SparseBinaryConv2D(8, 3, connections=0.3),
                K.BatchNormalization(),
                lq.quantizers.SteSign(),
                K.Conv2D(6, 3),
                K.GlobalAveragePooling2D(),
            ]
        )
    )
    x = pixels(rng, 100)
    converted = to_int8(model, x)
    assert "SbnnDequantize" in ops_of(converted) and float_tensors(converted) == []
    keras = model.predict(x, verbose=0)
    ours = run_int8(converted, runtime, x)
    assert np.corrcoef(ours.ravel(), keras.ravel())[0, 1] > 0.99
