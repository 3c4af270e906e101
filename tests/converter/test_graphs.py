"""Graphs of any shape convert, and the binary parts in them become our ops."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import K, pixels, signs, stir
from parity import answers, assert_agrees, ops_of
from sbnn_converter.saved.models import load_keras_model
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops
from sbnn_keras import SparseBinaryConv1D, SparseBinaryConv2D, SparseBinaryDense

SHAPE = (8, 6, 4)


def conv(filters=4, kernel=3, **kwargs):
    kwargs = {
        "padding": "same",
        "connections": 0.4,
        "use_bias": False,
        "input_quantizer": "ste_sign",
        **kwargs,
    }
    return SparseBinaryConv2D(filters, kernel, **kwargs)


def normal(rng, *shape):
    return rng.normal(size=shape).astype(np.float32)


def test_a_residual_keeps_its_sums_and_gives_exact_bits(rng):
    x = tf.keras.Input(SHAPE)
    y = K.BatchNormalization()(conv()(x))
    z = K.BatchNormalization()(conv()(y))  # reads the sign of y
    model = stir(tf.keras.Model(x, [z, K.Add()([y, z])]))
    converted = assert_agrees(model, normal(rng, 50, *SHAPE), rtol=1e-5)
    assert ops_of(converted) == ["SbnnQuantize", "SbnnConv2D"] * 2


def test_bits_of_a_residual_are_keras_bits_on_every_sum(rng):
    # Statistics on whole sums: the sign is decided on exact ties.
    x = tf.keras.Input(SHAPE)
    y = K.BatchNormalization()(conv(filters=64)(x))
    bits = lq.quantizers.SteSign()(y)
    model = stir(tf.keras.Model(x, [bits, y]))
    norm = model.get_layer(index=2)
    norm.moving_mean.assign(np.round(rng.normal(0, 3, 64)) / 4)
    norm.beta.assign(np.zeros(64))
    norm.gamma.assign(rng.normal(0, 1, 64) * (rng.random(64) < 0.9))
    data = normal(rng, 100, *SHAPE)
    converted = sbnn_converter.convert_keras_model(model)
    found = sbnn_converter.Interpreter(converted).predict(data)
    wanted = model.predict(data, verbose=0)
    np.testing.assert_array_equal(found[0], wanted[0])
    np.testing.assert_allclose(found[1], wanted[1], rtol=1e-5, atol=1e-5)


def test_several_inputs_and_outputs_keep_their_order(rng):
    inputs = [tf.keras.Input(SHAPE, name=name) for name in ("zebra", "ape")]
    outputs = [conv(4 + i)(inputs[i % 2]) for i in range(12)]
    model = tf.keras.Model(inputs, outputs)
    assert_agrees(model, [normal(rng, 5, *SHAPE), normal(rng, 5, *SHAPE)])


def test_shared_layers_and_nested_models_are_converted_where_they_stand(rng):
    inner = tf.keras.Sequential([conv(), K.BatchNormalization()], name="inner")
    a, b = tf.keras.Input((None, None, 4)), tf.keras.Input((None, None, 4))
    # Inputs in another order than the call's, and of undefined size.
    outputs = [inner(a), K.Subtract()([a, b])]
    pair = tf.keras.Model({"b": b, "a": a}, outputs, name="pair")
    x, y = tf.keras.Input(SHAPE), tf.keras.Input(SHAPE)
    first, difference = pair({"a": x, "b": y})
    again, _ = pair({"a": difference, "b": x})
    model = tf.keras.Model([x, y], [first, again, inner(first)])
    stir(inner)
    data = [signs(rng, 5, SHAPE), signs(rng, 5, SHAPE)]
    converted = assert_agrees(model, data, rtol=1e-5)
    assert ops_of(converted).count("SbnnConv2D") == 3


def test_layers_with_several_outputs_stay_with_tflite(rng):
    x = tf.keras.Input((6, 8))
    left, right = tf.split(x, 2, axis=-1)
    y = SparseBinaryDense(5, connections=0.5, input_quantizer="ste_sign")(left)
    model = stir(tf.keras.Model(x, [y, right * 2.0]))
    assert_agrees(model, normal(rng, 5, 6, 8), rtol=1e-5)


def test_an_input_may_be_an_output_and_an_unused_branch_vanishes(rng):
    x, unused = tf.keras.Input(SHAPE), tf.keras.Input(SHAPE)
    y = conv()(x)
    conv()(unused)
    model = tf.keras.Model([x, unused], [y, y, lq.quantizers.SteSign()(x)])
    converted = assert_agrees(model, [signs(rng, 5, SHAPE)] * 2)
    assert ops_of(converted).count("SbnnConv2D") == 1


def test_two_layers_that_read_one_sign_share_its_planes(rng):
    x = tf.keras.Input(SHAPE)
    model = tf.keras.Model(x, [conv()(x), conv(kernel=1)(x)])
    assert ops_of(assert_agrees(model, normal(rng, 5, *SHAPE))) == [
        "SbnnQuantize",
        "SbnnConv2D",
        "SbnnConv2D",
    ]


def test_concatenated_channels_stay_packed(rng):
    x = tf.keras.Input(SHAPE)
    both = K.Concatenate()([conv(3)(x), conv(5, 1)(x)])
    y = conv()(K.BatchNormalization()(both))
    model = stir(tf.keras.Model(x, y))
    assert (
        ops_of(assert_agrees(model, normal(rng, 20, *SHAPE)))
        == ["SbnnQuantize"] + ["SbnnConv2D"] * 3
    )


def test_concatenated_features_agree(rng):
    x = tf.keras.Input((20,))
    parts = [SparseBinaryDense(n, connections=0.5, input_quantizer="ste_sign")(x) for n in (3, 40)]
    y = SparseBinaryDense(4, connections=0.5, use_bias=False)(
        K.BatchNormalization()(K.Concatenate()(parts))
    )
    assert_agrees(stir(tf.keras.Model(x, y)), normal(rng, 20, 20))


@pytest.mark.parametrize(
    "move",
    [
        lambda x: K.Flatten()(x),
        lambda x: K.Reshape((-1,))(x),
        lambda x: K.Flatten()(K.Permute((2, 1, 3))(x)),
        lambda x: K.Flatten()(K.Permute((3, 1, 2))(K.Reshape((6, 8, 4))(x))),
    ],
)
def test_rearranging_in_front_of_a_dense_layer_costs_nothing(rng, move):
    x = tf.keras.Input(SHAPE)
    y = move(K.BatchNormalization()(conv()(x)))
    y = SparseBinaryDense(9, connections=0.3, use_bias=False)(y)
    converted = assert_agrees(stir(tf.keras.Model(x, y)), normal(rng, 20, *SHAPE))
    assert ops_of(converted) == ["SbnnQuantize", "SbnnConv2D", "SbnnDense"]


def test_rearranging_in_front_of_a_convolution_is_right(rng):
    x = tf.keras.Input(SHAPE)
    y = lq.quantizers.SteSign()(conv()(x))
    outputs = [
        conv()(K.Reshape((4, 12, 4))(y)),  # the channels stay
        conv(4, 1)(K.Reshape((8, 12, 2))(y)),
        conv()(K.Permute((2, 1, 3))(y)),
        K.Permute((3, 1, 2))(y),
    ]
    assert_agrees(tf.keras.Model(x, outputs), normal(rng, 20, *SHAPE))


@pytest.mark.parametrize("quantizer, pad_value", [("ste_sign", 1), (None, 0)])
def test_zero_padding_in_front_of_a_convolution_is_the_convolutions(rng, quantizer, pad_value):
    x = tf.keras.Input(SHAPE)
    y = lq.quantizers.SteSign()(x) if quantizer is None else x
    y = K.ZeroPadding2D(((1, 2), (3, 0)))(y)
    y = conv(padding="valid", input_quantizer=quantizer)(y)
    converted = assert_agrees(tf.keras.Model(x, y), normal(rng, 20, *SHAPE))
    quantize, convolution = read_sbnn_ops(converted)
    assert quantize.name == "SbnnQuantize"
    assert convolution.options["pad_value"] == pad_value


def test_zero_padding_that_cannot_be_fused_is_right(rng):
    x = tf.keras.Input(SHAPE)
    padded = K.ZeroPadding2D(1)(x)
    outputs = [
        conv()(padded),  # pads once more
        conv(padding="valid")(K.BatchNormalization()(padded)),
        conv(padding="valid")(K.MaxPooling2D(2)(padded)),
    ]
    assert_agrees(stir(tf.keras.Model(x, outputs)), normal(rng, 20, *SHAPE))


@pytest.mark.parametrize(
    "order",
    [
        [K.MaxPooling2D, K.BatchNormalization, K.ReLU],
        [K.BatchNormalization, K.ReLU, K.MaxPooling2D],
        [K.ReLU, K.MaxPooling2D, K.BatchNormalization],
        [K.GlobalMaxPooling2D, K.BatchNormalization],
        [K.AveragePooling2D, K.BatchNormalization],
        [K.BatchNormalization, K.GlobalAveragePooling2D],
    ],
)
def test_pooling_in_any_order_agrees(rng, order):
    x = tf.keras.Input(SHAPE)
    y = conv(8)(x)
    for layer in order:
        y = layer()(y)
    y = K.BatchNormalization()(y)
    y = SparseBinaryDense(5, connections=0.5, use_bias=False)(K.Flatten()(y))
    assert_agrees(stir(tf.keras.Model(x, y)), normal(rng, 30, *SHAPE))


def test_pooling_of_sequences_stays_packed(rng):
    x = tf.keras.Input((30, 4))
    y = lq.layers.QuantConv1D(
        8,
        3,
        input_quantizer="ste_sign",
        kernel_quantizer="ste_sign",
        kernel_constraint="weight_clip",
    )(x)
    y = K.BatchNormalization()(K.MaxPooling1D(3, 2, "same")(y))
    y = lq.layers.QuantConv1D(
        3,
        2,
        padding="causal",
        input_quantizer="ste_sign",
        kernel_quantizer="ste_sign",
        use_bias=False,
        kernel_constraint="weight_clip",
    )(y)
    converted = assert_agrees(stir(tf.keras.Model(x, y)), normal(rng, 20, 30, 4))
    assert ops_of(converted) == [
        "SbnnQuantize",
        "SbnnConv2D",
        "SbnnMaxPool2D",
        "SbnnConv2D",
    ]


def test_time_distributed_layers_are_layers_on_one_more_axis(rng):
    x = tf.keras.Input((3, 7, 4))
    y = x
    for layer in [
        SparseBinaryConv1D(5, 3, padding="same", connections=0.4, input_quantizer="ste_sign"),
        K.BatchNormalization(),
        SparseBinaryConv1D(
            5,
            3,
            strides=2,
            pad_values=1.0,
            padding="same",
            connections=0.4,
            input_quantizer="ste_sign",
        ),
        K.Flatten(),
        K.BatchNormalization(),
        SparseBinaryDense(6, connections=0.4, input_quantizer="ste_heaviside"),
        K.Activation("relu"),
        SparseBinaryDense(3, connections=0.4, input_quantizer="ste_sign"),
    ]:
        if isinstance(layer, K.BatchNormalization):
            layer = K.TimeDistributed(layer)
            y = layer(y)
            stir(tf.keras.Sequential([layer.layer]))
        else:
            y = K.TimeDistributed(layer)(y)
    converted = assert_agrees(tf.keras.Model(x, y), normal(rng, 12, 3, 7, 4))
    assert ops_of(converted).count("SbnnConv2D") == 4


def test_channels_first_is_channels_last_between_transpositions(rng):
    """Keras cannot run such a model on a CPU: its twin has the channels last."""

    def network(data_format, shape, axis):
        where = dict(data_format=data_format)
        larq = dict(input_quantizer="ste_sign", **where)
        x = tf.keras.Input(shape)
        y = conv(5, **where)(x)
        y = K.BatchNormalization(axis=axis)(K.MaxPooling2D(2, **where)(y))
        y = lq.layers.QuantConv2D(
            6,
            3,
            padding="same",
            kernel_quantizer="ste_sign",
            kernel_constraint="weight_clip",
            **larq,
        )(y)
        y = K.BatchNormalization(axis=axis)(y)
        y = lq.layers.QuantDepthwiseConv2D(
            3, depthwise_quantizer="ste_sign", depthwise_constraint="weight_clip", **larq
        )(y)
        y = SparseBinaryDense(5, connections=0.4, input_quantizer="ste_sign")(K.Flatten(**where)(y))
        return stir(tf.keras.Model(x, y))

    first = network("channels_first", (4, 8, 6), 1)
    last = network("channels_last", SHAPE, -1)
    last.set_weights(first.get_weights())
    data = normal(rng, 12, *SHAPE)
    wanted = last.predict(data, verbose=0)
    converted = sbnn_converter.convert_keras_model(first)
    for found in answers(converted, np.moveaxis(data, -1, 1)).values():
        np.testing.assert_array_equal(found[0], wanted[: len(found[0])])
    assert ops_of(converted) == [
        "SbnnQuantize",
        "SbnnConv2D",
        "SbnnMaxPool2D",
        "SbnnConv2D",
        "SbnnConv2D",
        "SbnnDense",
    ]


def test_models_agree_after_saving_in_all_formats(rng, tmp_path):
    x = tf.keras.Input(SHAPE)
    y = K.BatchNormalization()(conv()(x))
    y = K.Add()([y, K.BatchNormalization()(conv()(y))])
    model = stir(tf.keras.Model(x, K.GlobalAveragePooling2D()(y)))
    data = pixels(rng, 10, SHAPE)
    expected = sbnn_converter.convert_keras_model(model)
    for name in ("model.h5", "model.keras", "saved_model"):
        save_format = "tf" if name == "saved_model" else None
        model.save(tmp_path / name, save_format=save_format)
        loaded = load_keras_model(tmp_path / name)
        found = sbnn_converter.convert_keras_model(loaded)
        np.testing.assert_array_equal(
            sbnn_converter.Interpreter(found).predict(data),
            sbnn_converter.Interpreter(expected).predict(data),
        )


def test_host_runtimes_resize_the_batch_of_branched_models(rng):
    x = tf.keras.Input((10, 4))
    y = lq.layers.QuantConv1D(
        4,
        3,
        input_quantizer="ste_sign",
        padding="same",
        kernel_quantizer="ste_sign",
        kernel_constraint="weight_clip",
    )(x)
    model = tf.keras.Model(x, K.Flatten()(K.Add()([x, y])))
    interpreter = sbnn_converter.Interpreter(sbnn_converter.convert_keras_model(model))
    data = normal(rng, 7, 10, 4)
    whole = interpreter.predict(data)
    np.testing.assert_array_equal(whole[2:5], interpreter.predict(data[2:5]))
