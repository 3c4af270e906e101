"""int8 conversion: no float op is left, answers stay close, signs stay right."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

import sbnn_converter
import sbnn_converter.micro
import zoo
from networks import K, digits_net, pixels, stir
from parity import ops_of
from sbnn_converter.tflite.wiring import check_wiring
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

FLOAT = (schema.TensorType.FLOAT32, schema.TensorType.FLOAT16)


def dataset(x: np.ndarray):
    return lambda: ([sample[None]] for sample in x)


def to_int8(model: tf.keras.Model, x: np.ndarray, **types) -> bytes:
    types = types or dict(inference_input_type=tf.int8, inference_output_type=tf.int8)
    return sbnn_converter.convert_keras_model(model, representative_dataset=dataset(x), **types)


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
    np.testing.assert_array_equal(run_int8(converted, "host", x), run_int8(converted, "micro", x))


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
    converted = to_int8(model, x, inference_input_type=tf.int8, inference_output_type=tf.float32)
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
    converted = to_int8(model, x, inference_input_type=dtype, inference_output_type=dtype)
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
    small = tf.keras.Sequential([K.Input((4,), name="x"), SparseBinaryDense(2)])
    for sample, words in [
        (3, "sample 0 .* is of type int: wanted a list"),
        ([["a"]], "for input 'x', what is no array of numbers"),
        ({"image": np.zeros((1, 4))}, "has the keys image: wanted the names .* inputs, x"),
    ]:
        with pytest.raises(error, match=words):
            sbnn_converter.convert_keras_model(small, representative_dataset=lambda s=sample: [s])
    with pytest.raises(error, match="dataset fails at sample 0 with ZeroDivisionError: division"):
        sbnn_converter.convert_keras_model(
            small, representative_dataset=lambda: ([[1 / 0]] for _ in range(2))
        )
    with pytest.raises(error, match="no representative_dataset"):
        sbnn_converter.convert_keras_model(model, inference_input_type=tf.int8)
    with pytest.raises(error, match="int8 or uint8 is wanted"):
        to_int8(model, pixels(rng, 1), inference_input_type=tf.int16)


def test_inputs_that_are_not_quantized_take_part_in_calibration(rng):
    x, unread, index = K.Input((6,), name="x"), K.Input((4,), name="u"), K.Input((1,), name="i")
    embedded = K.Flatten()(K.Embedding(5, 6)(index))
    model = tf.keras.Model([x, unread, index], SparseBinaryDense(3, connections=0.5)(x + embedded))
    arrays = rng.normal(size=(9, 6)), rng.normal(size=(9, 4)), rng.integers(0, 5, (9, 1))
    arrays = [a.astype(np.float32) for a in arrays]
    named = dict(reversed(list(zip("xui", arrays))))  # names tell, not the order
    samples = [{name: array[i : i + 1] for name, array in named.items()} for i in range(9)]
    converted = sbnn_converter.convert_keras_model(model, representative_dataset=lambda: samples)
    keras = model.predict(arrays, verbose=0)
    found = sbnn_converter.Interpreter(converted).predict(arrays)
    assert np.abs(found - keras).max() < 0.05 * np.abs(keras).max()


@pytest.mark.parametrize("int8", [False, True])
def test_a_clip_that_no_op_in_front_can_do_runs_in_micro(rng, int8):
    x = tf.keras.Input((5, 5, 2))
    sums = SparseBinaryConv2D(4, 3, connections=0.5)(x)
    model = tf.keras.Model(x, [sums, tf.clip_by_value(sums, -1, 1)])
    images = rng.normal(size=(9, 5, 5, 2)).astype(np.float32)
    data = dict(representative_dataset=lambda: ([i[None]] for i in images)) if int8 else {}
    converted = sbnn_converter.convert_keras_model(model, **data)
    host = sbnn_converter.Interpreter(converted).predict(images)[1]
    micro = sbnn_converter.micro.Interpreter(converted).predict(images)[1]
    np.testing.assert_allclose(micro, host, atol=1e-6)
    keras = model.predict(images, verbose=0)[1]
    np.testing.assert_allclose(host, keras, atol=0.05 if int8 else 1e-5)
    assert (keras == -1).any() and (keras == 1).any()


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


def quantized(model: bytes, xs: list[np.ndarray]) -> list[np.ndarray]:
    """Inputs in their types, as a caller would quantize them."""
    found = []
    for x, detail in zip(xs, sbnn_converter.Interpreter(model).input_details):
        (scale, zero), dtype = detail["quantization"], detail["dtype"]
        limits = np.iinfo(dtype)
        q = np.round(x / scale) + zero
        found.append(q.clip(limits.min, limits.max).astype(dtype))
    return found


def real_outputs(model: bytes, runtime, xs: list[np.ndarray]) -> list[np.ndarray]:
    q = quantized(model, xs)
    ys = runtime(model).predict(q if len(q) > 1 else q[0])
    ys = ys if isinstance(ys, (list, tuple)) else [ys]
    details = sbnn_converter.Interpreter(model).output_details
    return [
        (np.asarray(y, np.float64) - d["quantization"][1]) * (d["quantization"][0] or 1)
        for y, d in zip(ys, details)
    ]


def binary_conv(filters: int, **arguments):
    return SparseBinaryConv2D(filters, 3, padding="same", connections=0.3, **arguments)


def residual_net():
    """Sums that a sign and two additions read; BN behind a pooling rises."""
    x = tf.keras.Input((8, 8, 1))
    s = K.BatchNormalization()(K.MaxPooling2D()(binary_conv(8)(x)))
    for _ in range(2):
        y = binary_conv(8, input_quantizer="ste_sign")(s)
        s = K.Add()([s, K.BatchNormalization()(y)])
    y = K.Flatten()(K.MaxPooling2D()(s))
    y = SparseBinaryDense(24, connections=0.3, input_quantizer="ste_sign")(y)
    return tf.keras.Model(x, y)


def joined_net():
    """An image's sums and features of another size, joined in front of a sign."""
    x, features = tf.keras.Input((8, 8, 1)), tf.keras.Input((5,))
    s = K.BatchNormalization()(K.MaxPooling2D()(binary_conv(8)(x)))
    y = tf.concat([K.Flatten()(s), features], -1)
    y = SparseBinaryDense(24, connections=0.3, input_quantizer="ste_sign")(y)
    return tf.keras.Model([x, features], y)


@pytest.mark.parametrize("network", [residual_net, joined_net])
def test_sums_that_are_added_or_joined_before_a_sign_keep_their_bits(rng, network):
    model = stir(network())
    for layer in model.layers:
        if isinstance(layer, K.BatchNormalization):
            layer.gamma.assign(np.abs(layer.gamma.numpy()) + 0.1)
    # Whole steps of the input's scale: nothing but what lies between rounds.
    image = rng.integers(0, 256, (100, 8, 8, 1)) * (rng.random((100, 8, 8, 1)) < 0.4)
    image[0, 0, 0], image[0, 0, 1] = 0, 255
    xs = [image.astype(np.float32) / 255]
    if len(model.inputs) > 1:
        xs.append((rng.integers(-127, 128, (100, 5)) * 50 / 127).astype(np.float32))
        xs[1][0, 0], xs[1][0, 1] = 50, -50
    converted = sbnn_converter.convert_keras_model(
        model,
        representative_dataset=lambda: ([x[i : i + 1] for x in xs] for i in range(100)),
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
    )
    assert float_tensors(converted) == []
    keras = model.predict(xs, verbose=0)
    (host,) = real_outputs(converted, sbnn_converter.Interpreter, xs)
    step = np.ptp(keras) / 255
    assert (np.abs(host - keras) > 1.5 * step).mean() < 0.005
    few = [x[:4] for x in xs]
    (micro,) = real_outputs(converted, sbnn_converter.micro.Interpreter, few)
    np.testing.assert_array_equal(micro, host[:4])


def float_stem_net():
    """A float layer's sums that a sign and an addition read, some of falling channels."""
    x = tf.keras.Input((8, 8, 1))
    s = K.BatchNormalization()(K.MaxPooling2D()(K.Conv2D(8, 3, padding="same")(x)))
    y = binary_conv(8, input_quantizer="ste_sign")(s)
    return x, K.Flatten()(K.Add()([s, K.BatchNormalization()(y)]))


def float_dense_net():
    x = tf.keras.Input((20,))
    s = K.BatchNormalization()(K.Dense(16)(x))
    y = SparseBinaryDense(16, connections=0.3, input_quantizer="ste_sign")(s)
    return x, K.Add()([s, K.BatchNormalization()(y)])


def depthwise_net():
    x = tf.keras.Input((8, 8, 4))
    s = K.ReLU()(K.BatchNormalization()(K.DepthwiseConv2D(3, padding="same")(x)))
    y = binary_conv(4, input_quantizer="ste_sign")(x)
    return x, K.Flatten()(K.Add()([s, K.BatchNormalization()(y)]))


def averaged_net():
    """Sums that are averaged before a sign."""
    x = tf.keras.Input((8, 8, 4))
    y = K.BatchNormalization()(binary_conv(16)(x))
    return x, K.BatchNormalization()(K.GlobalAveragePooling2D()(y))


def vector_net():
    """The input itself, added to sums."""
    x = tf.keras.Input((20,))
    y = SparseBinaryDense(20, connections=0.3)(x)
    return x, K.Add()([x, K.BatchNormalization()(y)])


@pytest.mark.parametrize(
    "network", [float_stem_net, float_dense_net, depthwise_net, averaged_net, vector_net]
)
def test_what_a_sign_reads_beside_others_keeps_its_bits(rng, network):
    x, y = network()
    y = SparseBinaryDense(24, connections=0.3, input_quantizer="ste_sign")(y)
    model = stir(tf.keras.Model(x, y))
    shape = (100, *x.shape[1:])
    # Whole steps of the input's scale, on an even background.
    xs = (rng.integers(0, 256, shape) * (rng.random(shape) < 0.4) / 255).astype(np.float32)
    xs[0].flat[:2] = 0, 1
    converted = to_int8(model, xs)
    assert float_tensors(converted) == []
    keras = model.predict(xs, verbose=0)
    host = run_int8(converted, "host", xs)
    assert (np.abs(host - keras) > 1.5 * np.ptp(keras) / 255).mean() < 0.02
    np.testing.assert_array_equal(run_int8(converted, "micro", xs[:4]), host[:4])


@pytest.mark.parametrize("kinds", [(tf.int8, tf.int8), (tf.uint8, tf.uint8)])
def test_outputs_that_other_layers_read_are_outputs(rng, kinds):
    x = tf.keras.Input((6, 6, 1))
    y = SparseBinaryConv2D(8, 3, connections=0.3)(x)
    bits = SparseBinaryConv2D(4, 1, connections=0.3, input_quantizer="ste_sign")(y)
    z = K.Conv2D(3, 3)(y)
    # Read by a binary layer and a float one; twice an output; the input itself.
    model = tf.keras.Model(x, [y, bits, z, K.Flatten()(z), y, x])
    images = pixels(rng, 40, (6, 6, 1))
    converted = to_int8(
        model,
        images,
        inference_input_type=kinds[0],
        inference_output_type=kinds[1],
    )
    check_wiring(converted)
    details = sbnn_converter.Interpreter(converted).output_details
    assert {d["dtype"] for d in details} == {kinds[1].as_numpy_dtype}
    keras = model.predict(images, verbose=0)
    found = real_outputs(converted, sbnn_converter.Interpreter, [images])
    for ours, theirs in zip(found, keras, strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() <= 4 * np.ptp(theirs) / 255
    micro = real_outputs(converted, sbnn_converter.micro.Interpreter, [images[:2]])
    for ours, host in zip(micro, found, strict=True):
        np.testing.assert_array_equal(ours, host[:2])


def image_net(join, pool, add, relu, pad, move):
    """The same network from functions or from layers."""
    c = lambda n: binary_conv(n, input_quantizer="ste_sign")  # noqa: E731
    tf.keras.utils.set_random_seed(0)
    x = tf.keras.Input((8, 8, 4))
    y = join([x, c(8)(x)])
    y = join([y, c(4)(y)])
    y = pad(pool(y))
    y = relu(add([y, c(16)(y)]))
    return tf.keras.Model(x, K.Dense(3)(move(y)))


def test_functions_get_what_their_layers_get(rng):
    layers = image_net(
        K.Concatenate(), K.MaxPooling2D(), K.Add(), K.ReLU(), K.ZeroPadding2D(1), K.Flatten()
    )
    sides = [(0, 0), (1, 1), (1, 1), (0, 0)]
    functions = image_net(
        lambda xs: tf.concat(xs, -1),
        lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"),
        lambda xs: xs[0] + xs[1],
        tf.nn.relu,
        lambda x: tf.pad(x, sides),
        lambda x: tf.reshape(x, (-1, 6 * 6 * 16)),
    )
    functions.set_weights(layers.get_weights())
    x = rng.normal(size=(40, 8, 8, 4)).astype(np.float32)
    a, b = to_int8(layers, x), to_int8(functions, x)
    assert ops_of(a) == ops_of(b) and float_tensors(b) == []
    np.testing.assert_array_equal(run_int8(a, "host", x), run_int8(b, "host", x))


@pytest.mark.parametrize(
    "move",
    [
        lambda x: x[:, 1:],
        lambda x: tf.stack(tf.split(x, 2, -1), 1)[:, 0],
        lambda x: tf.unstack(tf.expand_dims(x, 1), axis=1)[0],
        lambda x: tf.reverse(tf.transpose(x, (0, 2, 1, 3)), [3]),
        lambda x: tf.nn.avg_pool2d(tf.maximum(x, -0.5), 2, 2, "VALID"),
        lambda x: tf.concat([tf.nn.softmax(x), 5 * x], -1),
    ],
)
def test_what_moves_values_keeps_their_scale(rng, move):
    x = tf.keras.Input((6, 6, 4))
    y = move(binary_conv(8)(x))
    model = tf.keras.Model(x, SparseBinaryConv2D(4, 1, connections=0.5)(y))
    images = pixels(rng, 40, (6, 6, 4))
    converted = to_int8(model, images)
    assert float_tensors(converted) == []
    keras = model.predict(images, verbose=0)
    ours = run_int8(converted, "host", images)
    assert np.corrcoef(ours.ravel(), keras.ravel())[0, 1] > 0.998


def test_an_op_that_goes_on_reading_floats_goes_on_writing_them(rng):
    # Around an int8 image stands 0, not 1.
    model = tf.keras.Sequential(
        [
            tf.keras.Input((5, 6, 2)),
            binary_conv(6, pad_values=1.0, input_quantizer=None),
            K.Conv2D(3, 1),
        ]
    )
    images = pixels(rng, 40, (5, 6, 2))
    converted = to_int8(model, images)
    keras = model.predict(images, verbose=0)
    for runtime in (sbnn_converter.Interpreter, sbnn_converter.micro.Interpreter):
        (found,) = real_outputs(converted, runtime, [images[:8]])
        assert np.abs(found - keras[:8]).max() < 0.03 * np.ptp(keras)
