"""Streams add up whole numbers: against NumPy in integers, in training and saved."""

import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras import ResidualStream

RNG = np.random.default_rng(0)


def trained_like(layer, channels):
    """Statistics as after a training: means off zero, gammas of both signs, tiny ones."""
    layer._normalization.set_weights(
        [
            RNG.normal(0, 1, channels).astype(np.float32) * ([1, 1, 1, 1, 1, 1e-4][:channels]),
            RNG.normal(0, 1, channels),
            RNG.normal(0, 2, channels),
            RNG.uniform(0.2, 3, channels),
        ]
    )


def integer_inference(layer, stream, sums, exponent):
    """The same stream with nothing but shifts and additions of whole numbers, int64.

    Args:
        stream: whole numbers, in steps.
        sums: whole numbers; the update is sums * 2**exponent.
    """
    signs, exponents, offsets = layer.whole_numbers()
    shift = exponents + exponent - round(np.log2(layer.step))
    constant = (offsets * 256).astype(np.int64) + 128  # in 256ths of a step
    fine = np.maximum(-shift, 0) + 8
    moved = signs * sums.astype(np.int64) << (shift + fine)
    update = (moved + (constant << (fine - 8))) >> fine
    low = -(2 ** (layer.bits - 1))
    return np.clip(stream.astype(np.int64) + update, low, -low - 1)


@pytest.mark.parametrize("bits, step", [(8, None), (6, 0.125), (4, 0.5), (12, 2.0**-9), (2, 1.0)])
def test_predict_is_what_integers_give(bits, step):
    layer = ResidualStream(bits, step)
    inputs = [tf.keras.Input((5, 6)), tf.keras.Input((5, 6))]
    model = tf.keras.Model(inputs, layer(inputs))
    trained_like(layer, 6)
    half = 2 ** (bits - 1)
    stream = RNG.integers(-half, half, (40, 5, 6))
    sums = RNG.integers(-300, 300, (40, 5, 6))
    found = model.predict([stream * layer.step, sums * 2.0**-4], verbose=0) / layer.step
    wanted = integer_inference(layer, stream, sums, -4)
    np.testing.assert_array_equal(found, wanted)
    assert (np.abs(found + 0.5) == half - 0.5).any()  # saturated


def test_one_tensor_begins_a_stream():
    layer = ResidualStream(6)
    sums = RNG.integers(-50, 50, (9, 4))
    layer(tf.constant(sums, tf.float32))
    trained_like(layer, 4)
    wanted = integer_inference(layer, np.zeros_like(sums), sums, 0)
    np.testing.assert_array_equal(layer(tf.constant(sums, tf.float32)) / layer.step, wanted)


def test_a_pooled_stream_is_rounded_half_up():
    layer = ResidualStream(6)
    pooled = np.array([[0.5, -0.5, 1.25, -1.25]], np.float32) * layer.step
    zeros = np.zeros((1, 4), np.float32)
    np.testing.assert_array_equal(layer([pooled, zeros]) / layer.step, [[1, 0, 1, -1]])


def test_factors_are_powers_of_two_near_gamma_over_sigma():
    layer = ResidualStream(8)
    layer(tf.zeros((1, 6)))
    trained_like(layer, 6)
    gamma, _, _, variance = (w.astype(np.float64) for w in layer._normalization.get_weights())
    signs, exponents, _ = layer.whole_numbers()
    factor = gamma / np.sqrt(variance + 1e-3)
    wanted = [np.argmin(np.abs(np.log2(abs(f)) - np.arange(-16, 17))) - 16 for f in factor]
    np.testing.assert_array_equal(exponents, wanted)
    np.testing.assert_array_equal(signs, np.sign(factor))


def test_training_normalizes_by_the_batch_and_learns_the_statistics():
    layer = ResidualStream(8, momentum=0.5)
    update = RNG.normal(3, 1.9, (500, 3)).astype(np.float32)
    outputs = layer(update, training=True).numpy()
    variance = update.astype(np.float64).var(0)
    # The moving variance is 1: the factor 1 / sqrt(1.001) is rounded to 1, and so are the
    # batch's normalized updates scaled.
    wanted = (update - update.mean(0)) / np.sqrt(variance + 1e-3) * np.sqrt(1.001)
    np.testing.assert_allclose(outputs, wanted, rtol=1e-6, atol=layer.step * 0.5001)
    mean, moving = layer._normalization.get_weights()[2:]
    np.testing.assert_allclose(mean, update.mean(0) / 2, rtol=1e-4)
    np.testing.assert_allclose(moving, (1 + variance) / 2, rtol=1e-2)


def test_training_and_inference_agree_on_settled_statistics():
    layer = ResidualStream(8, momentum=0.0)
    update = RNG.integers(-30, 30, (2000, 3)).astype(np.float32) / 8
    layer(update, training=True)
    train, infer = layer(update, training=True).numpy(), layer(update, training=False).numpy()
    assert np.abs(train - infer).max() <= layer.step


def test_gradients_pass_but_where_the_sum_saturates():
    layer = ResidualStream(4, step=0.5)
    stream = tf.constant([[0.0], [3.5], [-4.0], [1.0]])
    update = tf.constant([[0.6], [2.0], [-1.0], [-0.2]])
    upstream = tf.constant([[1.0], [2.0], [3.0], [4.0]])
    layer([stream, update])
    with tf.GradientTape() as tape:
        tape.watch([stream, update])
        outputs = layer([stream, update], training=False)
    found = tape.gradient(outputs, [stream, update], output_gradients=upstream)
    inside = np.array([[1.0], [0.0], [0.0], [1.0]])
    np.testing.assert_array_equal(found[0], upstream * inside)
    np.testing.assert_allclose(found[1], upstream * inside)  # the factor is 1


def test_gamma_and_beta_learn():
    layer = ResidualStream(8)
    x = RNG.normal(size=(64, 4)).astype(np.float32)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer([x, 2 * x], training=True) * x)
    gradients = tape.gradient(loss, layer.trainable_variables)
    assert [v.name.split("/")[-1] for v in layer.trainable_variables] == ["gamma:0", "beta:0"]
    assert all(np.abs(g).min() > 0 for g in gradients)


def stream_network(dtype=None):
    inputs = tf.keras.Input((8, 8, 3))
    options = dict(padding="same", use_bias=False, domain="signed", dtype=dtype)
    y = sbnn_keras.SparseBinaryConv2D(4, 3, connections=0.5, **options)(inputs)
    r = ResidualStream(6, dtype=dtype)(tf.keras.layers.MaxPooling2D()(y))
    options |= dict(input_quantizer="quant_hard_tanh", connections=0.2)
    y = sbnn_keras.SparseBinaryConv2D(8, 3, **options)(r)
    r = ResidualStream(6, dtype=dtype)([tf.keras.layers.Concatenate()([r, r]), y])
    y = sbnn_keras.SparseBinaryConv2D(8, 3, **options)(r)
    pooled = [tf.keras.layers.AveragePooling2D()(r), tf.keras.layers.MaxPooling2D()(y)]
    r = ResidualStream(6, dtype=dtype)(pooled)
    outputs = sbnn_keras.SparseBinaryDense(
        2, input_quantizer="quant_hard_tanh", domain="signed", connections=0.5, dtype=dtype
    )(tf.keras.layers.Flatten()(r))
    return tf.keras.Model(inputs, tf.keras.layers.Activation("softmax", dtype="float32")(outputs))


def easy_data(n=256):
    y = RNG.integers(0, 2, n)
    x = RNG.normal(0, 0.5, (n, 8, 8, 3)).astype(np.float32)
    x[:, 2:6, 2:6] += np.where(y, 0.5, -0.5)[:, None, None, None]
    return np.round(x * 128) / 128, y


@pytest.fixture(scope="module")
def learnt():
    """A trained network, what its training said, and images."""
    tf.keras.utils.set_random_seed(1)
    x, y = easy_data()
    model = stream_network()
    model.compile(tf.keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", ["accuracy"])
    return model, model.fit(x, y, epochs=6, batch_size=32, verbose=0).history, x


def test_a_network_with_streams_learns(learnt):
    _, history, _ = learnt
    assert history["accuracy"][-1] > 0.8 > history["loss"][-1]


@pytest.mark.parametrize("form", ["keras", "h5", "saved_model", "checkpoint"])
def test_a_network_with_streams_is_saved(form, learnt, tmp_path):
    model, _, x = learnt
    path = str(tmp_path / f"model.{form}")
    if form == "checkpoint":
        model.save_weights(path)
        again = tf.keras.models.clone_model(model)
        again.load_weights(path).assert_existing_objects_matched()
    else:
        model.save(path)
        again = tf.keras.models.load_model(path)
    np.testing.assert_array_equal(again(x), model(x))


def test_a_frozen_stream_stays():
    model = stream_network()
    x, y = easy_data(64)
    (layer, *_) = [layer for layer in model.layers if isinstance(layer, ResidualStream)]
    layer.trainable = False
    model.compile("adam", "sparse_categorical_crossentropy")
    before = layer.get_weights()
    model.fit(x, y, verbose=0)
    for old, new in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_gives_the_same_stream(policy):
    stream = RNG.integers(-32, 32, (8, 4)) / 8
    sums = RNG.integers(-30, 30, (8, 4)) / 4
    plain, mixed = ResidualStream(6), ResidualStream(6, dtype=policy)
    inputs = [tf.constant(a, tf.float32) for a in (stream, sums)]
    plain(inputs), mixed([tf.cast(a, mixed.compute_dtype) for a in inputs])
    trained_like(plain, 4)
    mixed.set_weights(plain.get_weights())
    found = mixed([tf.cast(a, mixed.compute_dtype) for a in inputs])
    assert found.dtype.name == mixed.compute_dtype
    np.testing.assert_array_equal(tf.cast(found, tf.float32), plain(inputs))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: ResidualStream(1), "Wrong `bits`: found 1, wanted a whole number from 2 to 16"),
        (lambda: ResidualStream(8.5), "Wrong `bits`: found 8.5"),
        (lambda: ResidualStream(8, step=0), "Wrong `step`: found 0, wanted a power of two"),
        (lambda: ResidualStream(8, step=0.3), "Wrong `step`: found 0.3, wanted a power of two"),
        (lambda: ResidualStream()([tf.zeros((2, 3)), tf.zeros((2, 4))]), "found the shapes"),
        (lambda: ResidualStream()([tf.zeros((2, 3))] * 3), "found 3 tensors"),
        (lambda: ResidualStream(10, dtype="mixed_bfloat16")(tf.zeros((2, 3))), "holds whole"),
    ],
)
def test_bad_input_is_told(make, message):
    with pytest.raises(ValueError, match=message):
        make()
