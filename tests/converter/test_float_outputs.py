"""int8 inside and at the inputs: outputs that come from the last sums answer as Keras does."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
import sbnn_converter.micro
from networks import K, stir
from on_host import OnHost
from sbnn_converter.tflite.flatbuffer import read_stored_model
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense
from sbnn_keras.quantizers import QuantHardTanh

SHAPE = (8, 8, 3)


@pytest.fixture
def x(rng):
    """Multiples of 1/128 with both ends of the range: int8 holds them as they are."""
    values = rng.integers(-128, 128, (60, *SHAPE))
    values[0, 0, 0, :2] = -128, 127
    return (values / 128).astype(np.float32)


def body(inputs):
    y = SparseBinaryConv2D(16, 3, connections=0.3, domain="signed", use_bias=False)(inputs)
    y = K.BatchNormalization()(y)
    y = K.MaxPooling2D(2)(y)
    y = SparseBinaryConv2D(8, 3, padding="same", connections=0.3, input_quantizer=QuantHardTanh(2))(
        y
    )
    return K.BatchNormalization()(y)


def classes(y, activation):
    y = SparseBinaryDense(10, connections=0.3, input_quantizer="ste_sign")(K.Flatten()(y))
    return K.Activation(activation)(K.BatchNormalization()(y))


def network(outputs) -> tf.keras.Model:
    inputs = tf.keras.Input(SHAPE)
    return stir(tf.keras.Model(inputs, outputs(inputs)))


def in_int8(model, x, output_type="float32") -> bytes:
    return sbnn_converter.convert_keras_model(
        model,
        representative_dataset=lambda: ([sample[None]] for sample in x),
        inference_input_type="int8",
        inference_output_type=output_type,
    )


def ops_of(model: bytes) -> list[str]:
    return [step.name for step in read_stored_model(model).steps]


def steps_of(x) -> np.ndarray:
    return (x * 128).astype(np.int8)


EXACT = {
    "logits": lambda x: classes(body(x), "linear"),
    "softmax": lambda x: classes(body(x), "softmax"),
    "relu": lambda x: classes(body(x), "relu"),
    "image": lambda x: K.Activation("sigmoid")(body(x)),
    "reshaped": lambda x: K.Reshape((5, 2))(classes(body(x), "linear")),
    "several": lambda x: [classes(body(x), "softmax"), classes(body(x), "linear")],
    "first_layer": lambda x: classes(x, "softmax"),
}


@pytest.mark.parametrize("name", EXACT)
def test_what_follows_the_last_sums_stays_float(rng, x, tmp_path, objects, name):
    model = network(EXACT[name])
    converted = in_int8(model, x)
    for op in ops_of(converted):
        assert op not in ("DEQUANTIZE", "QUANTIZE"), ops_of(converted)
    keras = model.predict(x, verbose=0)
    runtimes = [sbnn_converter.Interpreter(converted), sbnn_converter.micro.Interpreter(converted)]
    for runtime in runtimes:
        found = runtime.predict(steps_of(x))
        tf.nest.map_structure(
            lambda f, k: np.testing.assert_allclose(f, k, rtol=0, atol=2e-6), found, keras
        )
    export = sbnn_converter.export_c(converted, tmp_path)
    assert OnHost(export, tmp_path, objects, ()).check() == 0


def test_answers_that_int8_changes_are_not_changed(rng, x):
    # Logits that are nearly equal: rounded to int8 they tie, as floats they do not.
    model = network(EXACT["logits"])
    model.layers[-2].gamma.assign(model.layers[-2].gamma * 1e-3)
    model.layers[-2].beta.assign(tf.linspace(0.0, 1e-4, 10) + tf.one_hot(0, 10) * -1.0)
    keras = model.predict(x, verbose=0).argmax(1)
    with_float = sbnn_converter.Interpreter(in_int8(model, x)).predict(steps_of(x))
    all_int8 = sbnn_converter.Interpreter(in_int8(model, x, "int8")).predict(steps_of(x))
    assert (all_int8.argmax(1) != keras).any()  # the trap is there
    np.testing.assert_array_equal(with_float.argmax(1), keras)


SOFTMAXES = {
    "behind_a_reshape": lambda x: K.Softmax()(K.Reshape((10,))(pooled(x))),
    "reshaped": lambda x: K.Reshape((5, 2))(classes(body(x), "softmax")),
    "of_tensorflow": lambda x: tf.nn.softmax(classes(body(x), "linear")),
    "as_a_layer": lambda x: K.Activation(K.Softmax())(classes(body(x), "linear")),
}


@pytest.mark.parametrize("output_type", ["int8", "uint8"])
@pytest.mark.parametrize("name", ["softmax", "first_layer", *SOFTMAXES])
def test_a_softmax_over_classes_is_rounded_once(x, tmp_path, objects, name, output_type):
    model = network({**EXACT, **SOFTMAXES}[name])
    converted = in_int8(model, x, output_type)
    written = ["SOFTMAX", "QUANTIZE", *(["QUANTIZE"] if output_type == "uint8" else [])]
    ops = ops_of(converted)
    assert [op for op in ops if op != "RESHAPE"][-len(written) :] == written
    assert ops.count("QUANTIZE") == written.count("QUANTIZE")
    wanted = np.minimum(model.predict(x, verbose=0) * 256, 255)
    for opener in (sbnn_converter.Interpreter, sbnn_converter.micro.Interpreter):
        found = opener(converted).predict(steps_of(x)).astype(int)
        found += 128 if output_type == "int8" else 0
        assert np.abs(found - wanted).max() < 0.501
    export = sbnn_converter.export_c(converted, tmp_path)
    assert OnHost(export, tmp_path, objects, ()).check() == 0


def pooled(x):
    y = SparseBinaryConv2D(10, 6, connections=0.3, domain="signed", padding="valid")(x[:, :6, :6])
    return K.BatchNormalization()(y)


INT8_BEFORE = {
    "softmax_of_an_image": lambda x: K.Softmax()(body(x)),
    "sigmoid": lambda x: classes(body(x), "sigmoid"),
    "softmax_behind_weights": lambda x: K.Dense(10, "softmax")(K.Flatten()(body(x))),
}


@pytest.mark.parametrize("name", INT8_BEFORE)
def test_what_is_no_softmax_over_classes_reads_int8(x, name):
    model = network(INT8_BEFORE[name])
    converted = in_int8(model, x, "int8")
    assert "QUANTIZE" not in ops_of(converted), ops_of(converted)
    found = sbnn_converter.Interpreter(converted).predict(steps_of(x))
    assert np.abs((found + 128.0) / 256 - model.predict(x, verbose=0)).max() <= 0.1


READ_OTHERWISE = {
    "weights_behind": lambda x: K.Dense(10)(K.Flatten()(body(x))),
    "smaller_than_the_sums": lambda x: K.GlobalAveragePooling2D()(body(x)),
    "tanh_before_the_end": lambda x: K.Reshape((5, 2))(classes(body(x), "tanh")),
    "two_at_once": lambda x: K.Add()([body(x), body(x)]),
}


@pytest.mark.parametrize("name", READ_OTHERWISE)
def test_what_has_weights_or_is_smaller_than_the_sums_is_int8_as_before(rng, x, name):
    model = network(READ_OTHERWISE[name])
    converted = in_int8(model, x)
    assert ops_of(converted)[-1] == "DEQUANTIZE", ops_of(converted)
    found = sbnn_converter.Interpreter(converted).predict(steps_of(x))
    keras = model.predict(x, verbose=0)
    assert np.abs(found - keras).max() <= 0.05 * np.ptp(keras)


def test_an_output_that_is_read_too_is_int8(rng, x):
    def outputs(inputs):
        y = body(inputs)
        return [y, classes(y, "linear")]

    model = network(outputs)
    converted = in_int8(model, x)
    found = sbnn_converter.Interpreter(converted).predict(steps_of(x))
    for f, k in zip(found, model.predict(x, verbose=0)):
        assert np.abs(f - k).max() <= 0.05 * np.ptp(k)
