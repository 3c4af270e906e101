"""Bad input is refused with an error that names thing, found and wanted."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras import SparseBinaryDense
from sbnn_keras.quantizers import SparseBinary

X = np.ones((4, 6), np.float32)
NAMED = r"first\W+ hold NaN or infinity: found {}, wanted finite"


def network(connections=None):
    return tf.keras.Sequential(
        [
            tf.keras.Input((6,)),
            SparseBinaryDense(3, connections=connections, name="first"),
            SparseBinaryDense(1, connections=0.5, name="last"),
        ]
    )


def poison(model, value=np.nan):
    latent = np.zeros((6, 3), np.float32)
    latent[:2, 1] = value
    model.layers[0].kernel.assign(latent)
    return model


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("connections", [None, 0.3])
@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.layers[0].binary_kernel(),
        lambda model: sbnn_keras.summary(model, print_fn=lambda text: None),
        lambda model: model.layers[0](X, training=True),
        lambda model: model.layers[0].set_weights(model.layers[0].get_weights()),
    ],
    ids=["binary_kernel", "summary", "eager call", "set_weights"],
)
def test_latent_weights_that_are_not_finite_are_named(use, connections, value):
    with pytest.raises(ValueError, match=NAMED.format("2 of 18")):
        use(poison(network(connections), value))


@pytest.mark.parametrize(
    "callback",
    [
        sbnn_keras.ConnectionsSchedule(0.3, layers=["first"]),
        sbnn_keras.SparsityLogger(),
    ],
)
def test_callbacks_name_latent_weights_that_are_not_finite(callback):
    model = poison(network())
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match=NAMED.format("2 of 18")):
        model.fit(X, X[:, :1], verbose=0, callbacks=[callback])


@pytest.mark.parametrize("connections", [None, 0.3])
def test_plain_fit_names_latent_weights_that_are_not_finite(connections):
    model = poison(network(connections))
    model.compile("adam", "mse")
    # A graph cannot raise a ValueError.
    with pytest.raises(tf.errors.InvalidArgumentError, match=NAMED.format("such weights")):
        model.fit(X, X[:, :1], verbose=0)


def test_plain_fit_names_them_in_larqs_layers():
    layer = lq.layers.QuantDense(2, kernel_quantizer="sparse_binary")
    model = tf.keras.Sequential([tf.keras.Input((6,)), layer])
    model.compile("adam", "mse")
    layer.kernel.assign(np.full((6, 2), np.nan, np.float32))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"sparse_binary\W+ hold NaN"):
        model.fit(X, X[:, :2], verbose=0)


def test_huge_latent_weights_train():
    model = tf.keras.Sequential(
        [tf.keras.Input((6,)), SparseBinaryDense(3, kernel_constraint=lambda w: w)]
    )
    model.compile("sgd", "mse")
    model.layers[0].kernel.assign(np.full((6, 3), 3e38, np.float32))
    model.fit(X, X[:, :3], verbose=0)


@pytest.mark.parametrize(
    "dtype, policy, wanted",
    [
        ("int32", "float32", "a float type"),
        ("uint8", "float32", "a float type"),
        ("bool", "mixed_float16", "a float type"),
        ("float16", "float32", "float32"),
        ("float16", "mixed_bfloat16", "bfloat16"),
        ("bfloat16", "float32", "float32"),
    ],
)
def test_input_types_that_the_layer_does_not_compute_in_are_named(dtype, policy, wanted):
    layer = SparseBinaryDense(3, dtype=policy, name="eye")
    with pytest.raises(ValueError, match=f"'eye': found {dtype}, wanted .*{wanted}"):
        layer(tf.cast(X, dtype))
    with pytest.raises(ValueError, match=f"'eye': found {dtype}, wanted .*{wanted}"):
        tf.keras.Sequential([tf.keras.Input((6,), dtype=dtype), layer])


@pytest.mark.parametrize(
    "dtype, policy",
    [("float64", "float32"), ("float16", "mixed_float16"), ("float32", "mixed_bfloat16")],
)
def test_wider_inputs_and_the_own_type_are_taken(dtype, policy):
    for input_quantizer in (None, "ste_sign"):
        layer = SparseBinaryDense(3, dtype=policy, input_quantizer=input_quantizer)
        assert layer(tf.cast(X, dtype)).dtype == layer.compute_dtype


def test_after_an_error_latent_weights_are_still_read_as_they_are():
    model = poison(network())
    with pytest.raises(ValueError, match="NaN"):
        model.layers[0](X, training=True)
    assert np.isnan(model.layers[0].kernel.numpy()).sum() == 2


def test_the_way_out_for_half_inputs_works():
    inputs = tf.keras.Input((6,), dtype="float16")
    wide = tf.keras.layers.Activation("linear", dtype="float32")(inputs)
    assert SparseBinaryDense(3)(wide).dtype == "float32"


@pytest.mark.parametrize(
    "argument, make",
    [
        ("polarity", lambda: SparseBinaryDense(3, polarity="alternate")),
        ("exponent", lambda: SparseBinaryDense(3, exponent=1.5)),
        ("exponent", lambda: SparseBinaryDense(3, exponent=True)),
        ("connections", lambda: SparseBinaryDense(3, connections=True)),
        ("domain", lambda: SparseBinaryDense(3, domain=None)),
        ("refresh_every", lambda: SparseBinary(refresh_every=2.5)),
        ("clip_value", lambda: SparseBinary(clip_value="wide")),
        ("epochs", lambda: sbnn_keras.FreezeConnections(2.5)),
        ("epochs", lambda: sbnn_keras.SharpnessSchedule(0)),
        ("layers", lambda: sbnn_keras.ConnectionsSchedule(0.1, layers="first")),
        ("gamma", lambda: sbnn_keras.ExpectedConnections(0.1, gamma="much")),
        ("exponent", lambda: sbnn_keras.allocate_connections(network(), 0.1, exponent="1")),
        ("units", lambda: SparseBinaryDense(None)),
        ("filters", lambda: sbnn_keras.SparseBinaryConv2D(2.5, 3)),
        ("depth_multiplier", lambda: sbnn_keras.SparseBinaryDepthwiseConv2D(3, depth_multiplier=0)),
        ("connections", lambda: SparseBinaryDense(3, connections="0.5")),
        ("layers", lambda: sbnn_keras.ConnectionsSchedule(0.1, layers=5)),
        ("layers", lambda: sbnn_keras.ExpectedConnections(0.1, 0.1, layers=[None])),
        ("overrides", lambda: sbnn_keras.ConnectionsSchedule(0.1, overrides=["first"])),
        ("logger", lambda: sbnn_keras.plots.training_density(None)),
        ("layer", lambda: sbnn_keras.plots.kernel_images(tf.keras.layers.Dense(2))),
        ("input_shape", lambda: sbnn_keras.applications.BinaryNet(None)),
        ("input_shape", lambda: sbnn_keras.applications.BinaryNet((8, 8, None))),
    ],
)
def test_arguments_of_a_wrong_type_are_named(argument, make):
    with pytest.raises(ValueError, match=f"{argument}.*found .*wanted"):
        make()


def test_callbacks_say_that_they_have_nothing_to_do(capfd):
    model = tf.keras.Sequential([tf.keras.Input((6,)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callbacks = [
        sbnn_keras.ConnectionsSchedule(0.1),
        sbnn_keras.FreezeConnections(2),
        sbnn_keras.SharpnessSchedule(),
        sbnn_keras.SparsityLogger(),
    ]
    model.fit(X, X[:, :1], epochs=2, verbose=0, callbacks=callbacks)
    said = capfd.readouterr().err
    for callback in callbacks:
        assert said.count(f"{type(callback).__name__} does nothing in model") == 1


@pytest.mark.parametrize("factor, warned", [(255.0, 1), (1.0, 0)])
def test_raw_pixels_are_warned_of_once(factor, warned, capfd):
    model = tf.keras.Sequential([tf.keras.Input((6,)), SparseBinaryDense(3, name="eye")])
    model.compile("sgd", "mse")
    model.fit(factor * X, X[:, :3], batch_size=2, epochs=2, verbose=0)
    assert capfd.readouterr().err.count("inputs of layer 'eye' reach 255") == warned
