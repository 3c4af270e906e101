"""What cannot be converted is refused in one line that says what to do."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_converter
from networks import K, digits_net
from sbnn_converter import ConversionError, quantization
from sbnn_converter.importer import binary_layers
from sbnn_converter.passes import fuse_sums
from sbnn_converter.quantization import int8_faces
from sbnn_keras import Distiller, SparseBinaryConv2D, SparseBinaryDense

LARQ = dict(kernel_quantizer="ste_sign", kernel_constraint="weight_clip")


def refusal(model) -> str:
    with pytest.raises(ConversionError) as caught:
        sbnn_converter.convert_keras_model(model)
    message = str(caught.value)
    assert "\n" not in message
    return message


def model_of(layer, shape=(8, 8, 4)):
    x = tf.keras.Input(shape, name="pixels")
    return tf.keras.Model(x, layer(x))


def sparse(units):
    return SparseBinaryDense(units, connections=0.5, input_quantizer="ste_sign")


class Backwards(K.SimpleRNN):
    """A custom layer that hides a binary one."""

    def __init__(self, units, **kwargs):
        super().__init__(units, go_backwards=True, **kwargs)
        self.inner = lq.layers.QuantDense(units, **LARQ)


@pytest.mark.parametrize(
    "layer, shape, words",
    [
        (
            lq.layers.QuantConv2DTranspose(4, 3, name="up", **LARQ),
            (8, 8, 4),
            ["'up'", "QuantConv2DTranspose", "behind 'pixels'", "UpSampling2D and QuantConv2D"],
        ),
        (
            lq.layers.QuantConv3D(4, 3, name="cube", **LARQ),
            (8, 8, 8, 4),
            ["'cube'", "QuantConv3D", "use QuantConv2D"],
        ),
        (
            lq.layers.QuantLocallyConnected1D(4, 3, name="own", **LARQ),
            (8, 4),
            ["'own'", "use QuantConv1D"],
        ),
        (
            K.TimeDistributed(SparseBinaryConv2D(4, 3, name="inner"), name="wrap"),
            (2, 8, 8, 4),
            ["'wrap'", "TimeDistributed", "'inner'", "nested", "each of the 2 steps"],
        ),
        (
            K.Bidirectional(
                K.SimpleRNN(3, name="run"), name="both", backward_layer=Backwards(3, name="back")
            ),
            (5, 4),
            ["'both'", "Bidirectional", "hides the binary layer"],
        ),
        (
            lq.layers.QuantConv2D(
                4, 3, name="k", kernel_quantizer=lq.quantizers.DoReFa(2, "weights")
            ),
            (8, 8, 4),
            ["'k'", "4 different weights", "do_re_fa", "'sparse_binary'", "'ste_tern'"],
        ),
        (
            lq.layers.QuantConv2D(4, 3, name="q", input_quantizer=lq.quantizers.DoReFa(5), **LARQ),
            (8, 8, 4),
            [
                "'q'",
                "quantizes its input with do_re_fa",
                "of 5 bits",
                "'ste_sign'",
                "in front as a layer",
                "input_quantizer=None",
            ],
        ),
        (
            lq.layers.QuantConv2D(4, 3, name="q", input_quantizer="magnitude_aware_sign", **LARQ),
            (8, 8, 4),
            ["'q'", "magnitude_aware_sign"],
        ),
        (
            lq.layers.QuantConv2D(4, 3, name="p", padding="same", pad_values=0.5, **LARQ),
            (8, 8, 4),
            ["'p'", "pad_values=0.5", "0, 1 or -1"],
        ),
    ],
)
def test_layers_are_named_with_their_place_and_a_way_out(layer, shape, words):
    message = refusal(model_of(layer, shape))
    for word in words:
        assert word in message


def test_layers_of_nested_models_are_named_with_their_models():
    inner = tf.keras.Sequential(
        [tf.keras.Input((8, 8, 4)), lq.layers.QuantConv2DTranspose(4, 3, name="up", **LARQ)],
        name="block",
    )
    assert "'block/up'" in refusal(model_of(inner))


def test_undefined_sizes_are_refused():
    message = refusal(model_of(K.Conv2D(3, 3), shape=(None, None, 4)))
    assert "(None, None, None, 4)" in message and "input shape such as" in message


@pytest.mark.parametrize("policy", ["float16", "mixed_float16", "float64"])
def test_other_float_types_are_refused(policy):
    message = refusal(model_of(K.Conv2D(4, 3, name="half", dtype=policy)))
    assert "'half'" in message and policy in message and "float32 is wanted" in message


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("index, weight", [(1, 3), (2, 0), (-1, 1)])
def test_weights_and_statistics_must_be_finite(index, weight, value):
    model = digits_net()
    layer = model.layers[index]
    values = layer.weights[weight].numpy()
    values.flat[0] = value
    layer.weights[weight].assign(values)
    message = refusal(model)
    assert f"'{layer.name}'" in message and "NaN or infinite" in message


def test_negative_variances_are_refused():
    model = digits_net()
    norm = model.layers[1]
    norm.moving_variance.assign(-np.ones(16))
    assert "moving variance of -1" in refusal(model)


def test_of_a_distiller_its_student_is_to_be_converted():
    student, teacher = digits_net(), digits_net()
    message = refusal(Distiller(student, teacher))
    assert f"convert its student, '{student.name}'" in message


def test_what_is_no_model_or_has_no_graph_is_refused():
    class Own(tf.keras.Model):
        def call(self, x):
            return x

    assert "no static graph" in refusal(Own())
    assert "no static graph" in refusal(tf.keras.Sequential([K.Dense(3)]))
    assert "tf.keras.Model is wanted" in refusal("model.h5")


def test_errors_of_a_pass_name_the_layer(monkeypatch):
    def fail(*_):
        raise ValueError("operands could not be broadcast\ntogether")

    monkeypatch.setattr(fuse_sums, "scale_of", fail)
    with pytest.raises(ConversionError) as caught:
        sbnn_converter.convert_keras_model(model_of(SparseBinaryConv2D(4, 3, name="conv")))
    message = str(caught.value)
    assert "layer 'conv'" in message and "operands could not be broadcast)" in message
    assert "\n" not in message and isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize("stage", ["prepare", "_write_int8"])
def test_errors_of_int8_speak_of_what_is_converted(stage, monkeypatch):
    def fail(*_):
        raise KeyError("a node")

    monkeypatch.setattr(int8_faces if stage[0] == "_" else quantization, stage, fail)
    model = model_of(SparseBinaryConv2D(4, 3, name="conv"))
    with pytest.raises(ConversionError, match="KeyError: 'a node'") as caught:
        sbnn_converter.convert_keras_model(
            model, representative_dataset=lambda: [[np.ones((1, 8, 8, 4))]]
        )
    assert ("layer 'conv'" if stage[0] == "_" else "the network") in str(caught.value)


def test_errors_of_the_importer_name_the_layer_with_its_models(monkeypatch):
    def fail(*_):
        raise TypeError("not a kernel")

    monkeypatch.setattr(binary_layers, "import_kernel", fail)
    inner = tf.keras.Sequential(
        [tf.keras.Input((8, 8, 4)), SparseBinaryConv2D(4, 3, name="conv")], name="block"
    )
    message = refusal(model_of(inner))
    assert "layer 'block/conv'" in message and "TypeError: not a kernel" in message


def test_what_a_batch_of_one_cannot_do_is_refused_by_name():
    x = tf.keras.Input((8,), batch_size=4)
    model = tf.keras.Model(x, sparse(4)(tf.reshape(x, (4, 8))))
    message = refusal(model)
    assert "layer 'tf.reshape" in message and "tf.shape(x)[0]" in message


@pytest.mark.parametrize("kind", ["layer", "model"])
def test_training_that_is_built_in_is_refused(kind):
    x = tf.keras.Input((8,))
    inner = K.Dropout(0.5, name="lost")
    layer = inner if kind == "layer" else tf.keras.Sequential([x, sparse(8), inner], name="lost")
    message = refusal(tf.keras.Model(x, sparse(4)(layer(x, training=True))))
    assert "layer 'lost'" in message and "training=True" in message
    sbnn_converter.convert_keras_model(tf.keras.Model(x, sparse(4)(layer(x, training=False))))


class Centred(K.Layer):
    def call(self, x):
        return x - tf.reduce_mean(x, 0)


@pytest.mark.parametrize(
    "function, name",
    [
        (lambda x: tf.nn.l2_normalize(x, 0), "tf.math.l2_normalize"),
        (lambda x: x - tf.reduce_mean(x, 0), "tf.math.reduce_mean"),
        (lambda x: x - x[:1], "tf.__operators__.getitem"),
        (lambda x: tf.reverse(x, [0]), "tf.reverse"),
        (lambda x: tf.nn.softmax(x, axis=0), "tf.nn.softmax"),
        (K.Softmax(axis=0, name="over"), "over"),
        (Centred(name="mean"), "mean"),
        (K.Lambda(lambda x: tf.cumsum(x), name="sums"), "sums"),
    ],
)
def test_what_computes_across_the_batch_is_refused_by_name(function, name):
    x = tf.keras.Input((6,))
    message = refusal(tf.keras.Model(x, sparse(4)(function(x))))
    assert f"layer '{name}" in message and "across the samples of a batch" in message


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x - tf.reduce_mean(x, 1, keepdims=True),
        lambda x: tf.reshape(K.Dense(4)(tf.reshape(x, (-1, 3))), (-1, 8)),
        lambda x: tf.split(K.Dense(4)(tf.concat([x, 2 * x], 0)), 2)[1],
        lambda x: x + tf.zeros((tf.shape(x)[0], 6)),
    ],
)
def test_what_passes_through_the_first_axis_is_no_such_thing(function):
    x = tf.keras.Input((6,))
    sbnn_converter.convert_keras_model(tf.keras.Model(x, sparse(4)(function(x))))


def test_a_constant_behind_a_sparse_layer_is_refused_by_name():
    x = tf.keras.Input((8,))
    message = refusal(tf.keras.Model(x, [K.Dense(3)(x), tf.ones_like(sparse(4)(x))]))
    assert "layer 'tf.ones_like" in message and "the same whatever it reads" in message


@pytest.mark.parametrize("ram_kb", [np.inf, np.nan, 0, "64", True])
def test_memory_that_is_no_number(ram_kb):
    with pytest.raises(ConversionError, match="^ram_kb is .*: wanted a finite number above 0$"):
        sbnn_converter.convert_keras_model(model_of(sparse(4)), ram_kb=ram_kb)
