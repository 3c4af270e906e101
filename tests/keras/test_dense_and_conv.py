"""Sums, scale, input quantizer and connections of the layers."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense
from sbnn_keras.keras2.held_connections import HeldConnections


def signs(shape, seed=0):
    return np.random.default_rng(seed).choice([-1.0, 1.0], shape).astype(np.float32)


def test_dense_sums_are_the_integers_of_numpy():
    layer = SparseBinaryDense(16, connections=0.25, input_quantizer="ste_sign")
    x = np.random.default_rng(1).normal(size=(32, 200)).astype(np.float32)
    layer(x)
    kernel = layer.binary_kernel()
    assert set(np.unique(kernel)) == {0.0, 1.0}
    sums = np.where(x < 0, -1, 1).astype(np.int64) @ kernel.astype(np.int64)
    np.testing.assert_array_equal(layer.finish(sums.astype(np.float32)), layer(x))
    scaled = sums * layer.output_scale.astype(np.float64)
    np.testing.assert_array_equal(layer(x), scaled + layer.bias.numpy())


def test_output_scale_is_a_power_of_two_with_alternating_polarity():
    layer = SparseBinaryDense(4, connections=0.25)
    layer.build((None, 64))
    np.testing.assert_array_equal(layer.output_scale, [0.25, -0.25, 0.25, -0.25])
    plain = SparseBinaryDense(4, connections=0.25, polarity=False)
    plain.build((None, 64))
    np.testing.assert_array_equal(plain.output_scale, [0.25] * 4)


@pytest.mark.parametrize("padding, pad_values", [("valid", 0), ("same", 0), ("same", 1)])
@pytest.mark.parametrize("strides", [1, 2])
def test_conv2d_agrees_with_larq_given_the_same_kernel(padding, pad_values, strides):
    arguments = dict(
        filters=6, kernel_size=3, padding=padding, pad_values=pad_values, strides=strides
    )
    ours = SparseBinaryConv2D(
        **arguments, connections=0.2, input_quantizer="ste_sign", activation="relu"
    )
    x = signs((2, 9, 8, 5))
    outputs = ours(x)
    theirs = lq.layers.QuantConv2D(**arguments, use_bias=False)
    theirs(x)
    theirs.set_weights([ours.binary_kernel()])
    np.testing.assert_array_equal(ours.finish(theirs(x)), outputs)
    assert (outputs.numpy() >= 0).all()


def test_raw_input_is_not_binarized_and_features_are():
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Rescaling(1 / 255, input_shape=(8, 8, 1)),
            SparseBinaryConv2D(4, 3),
            tf.keras.layers.MaxPool2D(),
            tf.keras.layers.Flatten(),
            SparseBinaryDense(3),
        ]
    )
    assert model.layers[1].input_quantizer is None
    assert isinstance(model.layers[4].input_quantizer, lq.quantizers.SteSign)
    again = tf.keras.Sequential.from_config(model.get_config())
    assert again.layers[1].input_quantizer is None
    assert isinstance(again.layers[4].input_quantizer, lq.quantizers.SteSign)


def test_the_resolved_input_quantizer_survives_outside_of_its_model():
    features = tf.keras.Sequential(
        [tf.keras.layers.Dense(4, input_shape=(4,)), SparseBinaryDense(3)]
    )
    config = features.layers[1].get_config()
    alone = tf.keras.Sequential([tf.keras.Input((4,)), SparseBinaryDense.from_config(config)])
    assert isinstance(alone.layers[0].input_quantizer, lq.quantizers.SteSign)


def test_raw_input_can_be_binarized_on_request():
    model = tf.keras.Sequential(
        [tf.keras.Input((4,)), SparseBinaryDense(3, input_quantizer="ste_sign")]
    )
    assert isinstance(model.layers[0].input_quantizer, lq.quantizers.SteSign)


def test_a_layer_called_on_an_array_binarizes_it():
    layer = SparseBinaryDense(3)
    assert layer(signs((2, 4))).shape == (2, 3)
    assert isinstance(layer.input_quantizer, lq.quantizers.SteSign)


@pytest.mark.parametrize("one_sign, warned", [(True, True), (False, False)])
def test_warns_of_a_single_sign_in_the_first_batch(one_sign, warned, capfd):
    x = np.random.default_rng(0).uniform(0 if one_sign else -1, 1, (64, 4))
    model = tf.keras.Sequential(
        [tf.keras.Input((4,)), SparseBinaryDense(3, input_quantizer="ste_sign", name="eye")]
    )
    model.compile("sgd", "mse")
    model.fit(x, np.zeros((64, 3)), batch_size=16, epochs=2, verbose=0)
    warnings = capfd.readouterr().err.count("all inputs of layer 'eye' have one sign")
    assert warnings == int(warned)


def test_first_batch_centres_the_sums_of_raw_inputs():
    x = np.random.default_rng(0).uniform(size=(64, 30)).astype(np.float32)
    model = tf.keras.Sequential([tf.keras.Input((30,)), SparseBinaryDense(8)])
    model.compile(tf.keras.optimizers.SGD(0.0), "mse")
    model.fit(x, np.zeros((64, 8)), batch_size=64, verbose=0)
    np.testing.assert_allclose(model.predict(x, verbose=0).mean(0), 0, atol=1e-6)
    model.fit(2 * x, np.zeros((64, 8)), batch_size=64, verbose=0)
    np.testing.assert_allclose(model.predict(x, verbose=0).mean(0), 0, atol=1e-6)


@pytest.mark.parametrize("share", [0.03, 0.2, 1.0])
def test_the_layer_holds_its_share_at_every_step(share):
    model = tf.keras.Sequential([tf.keras.Input((20,)), SparseBinaryDense(15, connections=share)])
    model.compile("adam", "mse")
    wanted = round(share * 300)
    counts = [model.layers[0].binary_kernel().sum()]
    for _ in range(5):
        model.train_on_batch(signs((8, 20)), signs((8, 15)))
        counts.append(model.layers[0].binary_kernel().sum())
    assert counts == [wanted] * 6


def test_the_connections_follow_the_latent_weights():
    layer = SparseBinaryDense(15, connections=0.1)
    layer.build((None, 20))
    kernel = np.random.default_rng(0).normal(size=(20, 15))
    layer.set_weights([kernel, np.zeros(15)])
    top = kernel >= np.sort(kernel.ravel())[-30]
    np.testing.assert_array_equal(layer.binary_kernel(), top)


def test_weights_are_those_of_larq_and_variables_hold_the_state():
    ours, theirs = SparseBinaryDense(3, connections=0.5), lq.layers.QuantDense(3)
    ours.build((None, 4))
    theirs.build((None, 4))
    assert [w.shape for w in ours.get_weights()] == [w.shape for w in theirs.get_weights()]
    assert len(ours.variables) > len(ours.weights)


@pytest.mark.parametrize("share", [0, -0.1, 1.5, "many", float("nan")])
def test_a_wrong_share_is_named(share):
    with pytest.raises(ValueError, match=r"`connections`.*wanted a share"):
        SparseBinaryDense(3, connections=share)


def test_a_foreign_kernel_quantizer_is_named():
    with pytest.raises(ValueError, match="ste_sign.*wanted 'sparse_binary'"):
        SparseBinaryDense(3, kernel_quantizer="ste_sign")


def test_summary_tells_controlled_from_uncontrolled():
    model = tf.keras.Sequential(
        [
            tf.keras.Input((50,)),
            SparseBinaryDense(20, connections=0.1, name="held"),
            SparseBinaryDense(5, name="loose"),
        ]
    )
    lines = []
    sbnn_keras.summary(model, print_fn=lines.append)
    text = "\n".join(lines)
    assert "held at 0.1" in text
    assert "0.469" in text  # H(0.1)
    assert "Not controlled: loose" in text


def test_nothing_is_chosen_for_the_shape_of_a_symbolic_output(monkeypatch):
    """Keras computes it in a graph that nobody runs; what runs later holds its share."""
    asked = []
    current = HeldConnections.current

    def counted(self, *arguments):
        asked.append(tf.inside_function())
        return current(self, *arguments)

    monkeypatch.setattr(HeldConnections, "current", counted)
    layer = SparseBinaryConv2D(6, 3, connections=0.2, input_quantizer="ste_sign")
    x = tf.keras.Input((9, 8, 5))
    y = layer(x)
    assert (y.shape, y.dtype, asked) == ((None, 7, 6, 6), tf.float32, [])
    values = signs((2, 9, 8, 5))
    found = tf.keras.Model(x, y).predict(values, verbose=0)
    assert True in asked
    theirs = lq.layers.QuantConv2D(6, 3, use_bias=False)
    theirs(values)
    theirs.set_weights([layer.binary_kernel()])
    np.testing.assert_array_equal(found, layer.finish(theirs(values)))
