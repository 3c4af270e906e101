"""Quantizers, and functions that are signs in disguise, convert exactly."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import K, signs, stir
from parity import assert_agrees, ops_of
from sbnn_converter.tflite.flatbuffer import read_sbnn_ops
from sbnn_keras import SparseBinaryConv1D, SparseBinaryConv2D, SparseBinaryDense

SHAPE = (6, 7, 4)
LARQ = dict(kernel_quantizer="ste_sign", kernel_constraint="weight_clip")


class Shift(K.Layer):
    """A learnt shift of each channel, as in front of ReActNet's signs."""

    def build(self, shape):
        self.shift = self.add_weight("shift", (shape[-1],), initializer="normal")

    def call(self, x):
        return x - self.shift


class SignOfShifted(Shift):
    def call(self, x):
        return lq.math.sign(super().call(x))


class CentredOnTheSample(K.Layer):
    """No function of each channel: it looks at all positions."""

    def call(self, x):
        return x - tf.reduce_mean(x, axis=(1, 2), keepdims=True)


def normal(rng, *shape):
    """Normal numbers, with zeros of both signs among them."""
    x = rng.normal(size=shape).astype(np.float32)
    x[rng.random(shape) < 0.1] = 0.0
    x[rng.random(shape) < 0.1] = -0.0
    return x


def conv(input_quantizer, filters=5, **kwargs):
    kwargs = {"padding": "same", "use_bias": False, "connections": 0.4, **kwargs}
    return SparseBinaryConv2D(filters, 3, input_quantizer=input_quantizer, **kwargs)


@pytest.mark.parametrize(
    "quantizer",
    [
        "ste_sign",
        "approx_sign",
        "swish_sign",
        lambda x: tf.where(x >= 0, 1.0, -1.0),
        lambda x: tf.where(x > 0, tf.ones_like(x), -tf.ones_like(x)),
        lambda x: 2.0 * tf.cast(x >= 0, tf.float32) - 1.0,
    ],
)
def test_signs_are_recognised_whatever_they_are_called(rng, quantizer):
    x = tf.keras.Input(SHAPE)
    model = tf.keras.Model(x, conv(quantizer)(x))
    assert ops_of(assert_agrees(model, normal(rng, 20, *SHAPE))) == ["SbnnQuantize", "SbnnConv2D"]


@pytest.mark.parametrize("family", ["01", "general", "signed", "larq"])
def test_activations_of_0_and_1_stay_packed_and_exact(rng, family):
    def layer(**kwargs):
        if family == "larq":
            return lq.layers.QuantConv2D(
                6, 3, input_quantizer="ste_heaviside", use_bias=False, **LARQ, **kwargs
            )
        return conv("ste_heaviside", 6, domain=family, **kwargs)

    x = tf.keras.Input(SHAPE)
    y = K.BatchNormalization()(layer(padding="same")(x))
    y = K.MaxPooling2D(2)(y)
    y = K.BatchNormalization()(layer(padding="same", strides=2)(y))
    y = lq.quantizers.SteHeaviside()(y)
    y = SparseBinaryDense(5, connections=0.5, use_bias=False, input_quantizer=None)(K.Flatten()(y))
    model = stir(tf.keras.Model(x, y))
    converted = assert_agrees(model, normal(rng, 30, *SHAPE))
    assert ops_of(converted) == [
        "SbnnQuantize",
        "SbnnConv2D",
        "SbnnMaxPool2D",
        "SbnnConv2D",
        "SbnnDense",
    ]
    # Zero padding of {0, 1} is padding with -1 of the signs behind it.
    assert read_sbnn_ops(converted)[1].options["pad_value"] == -1


STEPS = {
    "elsewhere": lambda x: tf.where(x >= 0.25, 1.0, -1.0),
    "downwards": lambda x: 1.0 - 2.0 * tf.cast(x > 0.25, tf.float32),
}
THREE_VALUES = {
    "TensorFlow's sign": tf.sign,
    "Larq's, a sign of a sum of signs": "ste_tern",
}
PLACES = {
    "argument": lambda q, y: conv(q)(y),
    "activation": lambda q, y: K.Activation(lq.quantizers.get(q))(y),
    "layer": lambda q, y: conv(None)(K.Lambda(lq.quantizers.get(q))(y)),
    "argument of a float layer": lambda q, y: lq.layers.QuantConv2D(3, 2, input_quantizer=q)(y),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_step_is_one_wherever_it_stands(rng, place):
    """All kinds in one model: converting is what takes its time."""
    x = tf.keras.Input(SHAPE)
    y = K.BatchNormalization(name="norm")(conv("ste_sign", 4)(x))
    quantizers = [*STEPS.values(), *THREE_VALUES.values()]
    model = tf.keras.Model(x, [PLACES[place](q, y) for q in quantizers])
    stir(model)
    # Sums that land on zero, and on the steps, exactly.
    norm = model.get_layer("norm")
    norm.set_weights(
        [
            np.array(v, np.float32)
            for v in (
                [0.5, -0.5, 0.25, 1.0],
                np.zeros(4),
                np.zeros(4),
                np.full(4, 1 - norm.epsilon),
            )
        ]
    )
    converted = assert_agrees(model, normal(rng, 12, *SHAPE), rtol=1e-6)
    assert not {"SIGN", "GREATER", "GREATER_EQUAL", "SELECT_V2", "CAST"} & set(
        builtin_ops(converted)
    )


def test_operators_of_a_functional_model_are_one_step(rng):
    def binary(function):
        return conv(None)(function(K.BatchNormalization()(conv("ste_sign", 4)(x))))

    x = tf.keras.Input(SHAPE)
    outputs = [
        binary(lambda y: tf.where(y >= 0.0, 1.0, -1.0)),
        binary(lambda y: tf.where(y >= 0.5, tf.ones_like(y), -tf.ones_like(y))),
        binary(lambda y: 2.0 * tf.cast(tf.logical_not(y < 0.0), tf.float32) - 1.0),
    ]
    converted = assert_agrees(stir(tf.keras.Model(x, outputs)), normal(rng, 12, *SHAPE))
    assert ops_of(converted) == ["SbnnQuantize", *["SbnnConv2D"] * 6]


def test_functions_that_are_not_seen_to_be_monotone_are_left_alone(rng):
    functions = [
        lambda x: tf.sign(x) * tf.abs(x - 1.0),  # rises and falls
        lambda x: tf.cast(tf.cast(x, tf.bool), tf.float32) - 0.5,  # low only at 0
        lambda x: tf.where(x > 0.0, 1.0, -1.0) - tf.where(x > 1.0, 3.0, 0.0),
        lambda x: x - tf.reshape(tf.range(6.0) - 3.0, (1, 6, 1, 1)),  # by the row
    ]
    x = tf.keras.Input(SHAPE)
    model = tf.keras.Model(x, [conv("ste_sign")(K.Lambda(f)(x)) for f in functions])
    data = normal(rng, 12, *SHAPE)
    converted = sbnn_converter.convert_keras_model(model)
    for found, wanted in zip(
        sbnn_converter.Interpreter(converted).predict(data), model.predict(data, verbose=0)
    ):
        np.testing.assert_array_equal(found, wanted)


def test_signs_behind_signs_are_one_step(rng):
    x = tf.keras.Input((20,))
    y = SparseBinaryDense(64, connections=0.4, input_quantizer="ste_sign")(x)
    y = K.BatchNormalization()(y)
    y = lq.layers.QuantDense(5, input_quantizer="ste_heaviside", **LARQ)(lq.quantizers.SteSign()(y))
    model = stir(tf.keras.Model(x, y))
    assert ops_of(assert_agrees(model, normal(rng, 20, 20), rtol=1e-6)) == [
        "SbnnQuantize",
        "SbnnDense",
        "SbnnDense",
    ]


def test_a_sign_behind_pooled_signs_keeps_their_minima(rng):
    x = tf.keras.Input(SHAPE)
    y = lq.quantizers.SteSign()(K.BatchNormalization()(K.MaxPooling2D(2)(x)))
    y = K.Reshape((9, 4))(y)  # the second sign passes it later than the first pooling
    y = SparseBinaryConv1D(4, 2, connections=0.4, input_quantizer="ste_heaviside")(
        K.MaxPooling1D(2, 1, "same")(y)
    )
    assert_agrees(stir(tf.keras.Model(x, y)), normal(rng, 12, *SHAPE))


def test_a_sign_of_bits_that_others_read_too(rng):
    x = tf.keras.Input(SHAPE)
    bits = lq.quantizers.SteSign()(K.BatchNormalization()(conv("ste_sign", 4)(x)))
    y = conv("ste_heaviside")(K.BatchNormalization()(bits))
    assert_agrees(stir(tf.keras.Model(x, [bits, y])), normal(rng, 12, *SHAPE))


MOVES = [
    lambda y: K.GlobalMaxPooling2D()(y),
    lambda y: K.GlobalMaxPooling1D()(K.Reshape((-1, 4))(y)),
    lambda y: K.Flatten()(K.MaxPooling2D((6, 7))(y)),
    lambda y: K.Reshape((4,))(K.GlobalMaxPooling2D(keepdims=True)(y)),
    lambda y: K.Flatten()(K.Permute((3, 1, 2))(y)),
    lambda y: K.Concatenate()([K.GlobalMaxPooling2D()(y), K.Flatten()(y)]),
]


def test_what_moves_values_in_front_of_heaviside_leaves_no_sign(rng):
    x = tf.keras.Input(SHAPE)
    outputs = [
        lq.layers.QuantDense(5, input_quantizer="ste_heaviside", use_bias=False, **LARQ)(
            move(K.BatchNormalization()(conv("ste_sign", 4)(x)))
        )
        for move in MOVES
    ]
    converted = assert_agrees(stir(tf.keras.Model(x, outputs)), normal(rng, 12, *SHAPE))
    assert "SIGN" not in builtin_ops(converted)


def test_activations_of_0_and_1_may_be_read_by_anything(rng):
    x = tf.keras.Input(SHAPE)
    y = lq.quantizers.SteHeaviside()(x)
    outputs = [
        y,
        K.Conv2D(3, 3)(y),
        conv(None, pad_values=1.0)(y),
        conv(None, pad_values=-1.0)(y),  # no value of the format pads like this
        conv("ste_sign")(y),  # a sign of what is never negative
        K.Concatenate()([y, y]),
    ]
    assert_agrees(tf.keras.Model(x, outputs), normal(rng, 10, *SHAPE), rtol=1e-5)


def test_magnitude_aware_signs_become_a_factor_for_each_channel(rng):
    x = tf.keras.Input(SHAPE)
    kwargs = dict(input_quantizer="ste_sign", padding="same")
    quantizer = lq.quantizers.MagnitudeAwareSign
    layers = [
        lq.layers.QuantConv2D(6, 3, kernel_quantizer=quantizer(), **kwargs),
        lq.layers.QuantDepthwiseConv2D(
            3, depth_multiplier=2, depthwise_quantizer=quantizer(), **kwargs
        ),
        lq.layers.QuantSeparableConv2D(
            5, 3, depthwise_quantizer=quantizer(), pointwise_quantizer=quantizer(), **kwargs
        ),
    ]
    model = stir(tf.keras.Model(x, [layer(x) for layer in layers]))
    converted = assert_agrees(model, normal(rng, 10, *SHAPE), rtol=1e-5)
    assert ops_of(converted).count("SbnnConv2D") == 4


def test_half_quantized_layers(rng):
    x = tf.keras.Input(SHAPE)
    sign = dict(input_quantizer="ste_sign", padding="same")
    outputs = [
        lq.layers.QuantConv2D(3, 3, **sign)(x),
        lq.layers.QuantDense(3, input_quantizer="ste_heaviside")(x),
        lq.layers.QuantConv2D(3, 3, **LARQ)(x),
        lq.layers.QuantConv2D(3, 3)(x),
        lq.layers.QuantConv2D(3, 3, input_quantizer="dorefa_quantizer")(x),
        lq.layers.QuantConv2D(3, 3, kernel_quantizer=lq.quantizers.NoOp(1))(x),
        lq.layers.QuantSeparableConv2D(3, 3, depthwise_quantizer="ste_sign", **sign)(x),
        lq.layers.QuantSeparableConv2D(3, 3, pointwise_quantizer="ste_sign", **sign)(x),
    ]
    converted = assert_agrees(stir(tf.keras.Model(x, outputs)), normal(rng, 10, *SHAPE), rtol=1e-5)
    assert ops_of(converted).count("SbnnConv2D") == 3


@pytest.mark.parametrize(
    "shifted",
    [
        lambda x: Shift()(x),
        lambda x: x - tf.constant([0.3, -0.2, 0.0, 1.0]),
        lambda x: 0.25 - tf.nn.relu(x) * 2.0,
        lambda x: K.Lambda(lambda t: tf.minimum(t / -3.0, 1.0))(x),
        lambda x: K.PReLU(shared_axes=[1, 2], alpha_initializer="ones")(Shift()(x)),
        lambda x: K.LeakyReLU(0.1)(Shift()(x)),
    ],
)
def test_shifts_and_scales_of_any_make_go_into_thresholds(rng, shifted):
    x = tf.keras.Input(SHAPE)
    y = conv("ste_sign", 4)(x)
    model = tf.keras.Model(x, conv("ste_sign")(shifted(y)))
    converted = assert_agrees(stir(model), normal(rng, 30, *SHAPE))
    assert ops_of(converted) == ["SbnnQuantize", "SbnnConv2D", "SbnnConv2D"]


def test_a_layer_that_is_a_shifted_sign_is_recognised(rng):
    x = tf.keras.Input(SHAPE)
    y = conv(None)(SignOfShifted()(x))
    converted = assert_agrees(tf.keras.Model(x, y), normal(rng, 30, *SHAPE))
    assert ops_of(converted) == ["SbnnQuantize", "SbnnConv2D"]


def test_layers_that_mix_positions_are_left_alone(rng):
    x = tf.keras.Input(SHAPE)
    y = conv("ste_sign", 4)(x)
    model = tf.keras.Model(x, conv("ste_sign")(CentredOnTheSample()(y)))
    # Sums of 4 * 3 * 3 halves: the mean over 42 positions is never a tie.
    assert_agrees(model, signs(rng, 10, SHAPE) + 0.0)


@pytest.mark.parametrize("first", ["sums", "sign"])
@pytest.mark.parametrize(
    "rescaling",
    [
        lambda: K.Rescaling(1 / 128, offset=-1),
        lambda: K.Rescaling(1 / 64),
        lambda: K.Normalization(mean=[96.0], variance=[1024.0]),
    ],
)
def test_preprocessing_goes_into_the_first_layer(rng, first, rescaling):
    x = tf.keras.Input((6, 6, 1))
    quantizer = None if first == "sums" else "ste_sign"
    y = conv(quantizer, 8, padding="valid")(rescaling()(x))
    y = conv("ste_sign", 3)(K.BatchNormalization()(y))
    model = stir(tf.keras.Model(x, y))
    pixels = rng.integers(0, 256, (50, 6, 6, 1)).astype(np.float32)
    converted = assert_agrees(model, pixels)
    wanted = ["SbnnConv2D"] * 2 if first == "sums" else ["SbnnQuantize", "SbnnConv2D", "SbnnConv2D"]
    assert ops_of(converted) == wanted
    assert builtin_ops(converted) == []


def test_preprocessing_that_does_not_fit_stays_in_front(rng):
    x = tf.keras.Input((6, 6, 2))
    # Outside the image stands 0, which is 128 before the rescaling.
    padded = conv(None, 8)(K.Rescaling(1 / 128, offset=-1)(x))
    # Each channel has its own scale: no common one can leave the sums.
    uneven = conv(None, 8)(K.Normalization(mean=[1.0, 2.0], variance=[4.0, 16.0])(x))
    pixels = rng.integers(0, 256, (50, 6, 6, 2)).astype(np.float32)
    assert_agrees(tf.keras.Model(x, [padded, uneven]), pixels)


def test_preprocessing_goes_through_flatten(rng):
    x = tf.keras.Input((6, 6, 1))
    y = K.Flatten()(K.Rescaling(1 / 255)(x))
    y = SparseBinaryDense(7, connections=0.3, input_quantizer=None)(y)
    pixels = rng.integers(0, 256, (50, 6, 6, 1)).astype(np.float32)
    converted = assert_agrees(stir(tf.keras.Model(x, y)), pixels, rtol=1e-5)
    assert builtin_ops(converted) in ([], ["RESHAPE"])


def builtin_ops(model: bytes) -> list[str]:
    """TFLite's own ops in a file, in their order."""
    from tensorflow.lite.python import schema_py_generated as schema

    names = {v: k for k, v in vars(schema.BuiltinOperator).items()}
    root = schema.Model.GetRootAsModel(model, 0)
    graph = root.Subgraphs(0)
    codes = [
        root.OperatorCodes(graph.Operators(i).OpcodeIndex()).BuiltinCode()
        for i in range(graph.OperatorsLength())
    ]
    return [names[c] for c in codes if names[c] != "CUSTOM"]
