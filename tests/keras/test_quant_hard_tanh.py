"""Activations of k bits: levels, gradients, layers around them."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras.quantizers import QuantHardTanh

pytestmark = pytest.mark.usefixtures("eagerly")

STEPS = {1: 1.0, 2: 1.0, 3: 0.6, 4: 0.33}
RNG = np.random.default_rng(0)
X = RNG.normal(0, 2, 500).astype(np.float32)
EDGES = np.array([0.0, -0.0, -1e-30, 1e-30, 1.0, -1.0, 99.0, -99.0], np.float32)


def reference(x, bits, step):
    """Counts the thresholds that x has reached: whole multiples of the step."""
    multiples = np.arange(-(2 ** (bits - 1)) + 1, 2 ** (bits - 1))
    reached = x[..., None].astype(np.float64) >= multiples * np.float64(np.float32(step))
    return 2 * reached.sum(-1) - (2**bits - 1)


@pytest.mark.parametrize("bits", STEPS)
@pytest.mark.parametrize("step", [None, 0.25])
def test_levels_are_odd_whole_numbers_and_the_gradient_passes_inside(bits, step):
    quantizer = QuantHardTanh(bits, step)
    step = step or STEPS[bits]
    x = tf.constant(np.concatenate([X, EDGES]))
    upstream = RNG.normal(size=x.shape).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        levels = quantizer(x)
    np.testing.assert_array_equal(levels, reference(x.numpy(), bits, step))
    wanted = upstream * (np.abs(x) < np.float32(step) * 2 ** (bits - 1))
    found = tape.gradient(levels, x, output_gradients=tf.constant(upstream))
    np.testing.assert_array_equal(found, wanted)
    if bits == 1:
        np.testing.assert_array_equal(levels, lq.quantizers.SteSign()(x))


def test_the_formula_with_rounding_is_the_same_in_units_of_the_step():
    for bits, step in STEPS.items():
        top = 2**bits - 1
        units = np.clip(np.round(X.astype(np.float64) / step + top / 2), 0, top) - top / 2
        np.testing.assert_array_equal(QuantHardTanh(bits)(X), 2 * units)


def test_a_learnt_step_has_the_gradient_of_the_quotient():
    quantizer = QuantHardTanh(2, 0.8, learn_step=True)
    upstream = RNG.normal(size=X.shape).astype(np.float32)
    with tf.GradientTape() as tape:
        levels = quantizer(tf.constant(X))
    (step,) = quantizer.trainable_variables
    found = tape.gradient(levels, step, output_gradients=tf.constant(upstream))
    inside = np.abs(X) < 1.6
    wanted = -(upstream * X * inside).sum() / 0.8 / np.sqrt(2 * X.size)
    np.testing.assert_allclose(found, wanted, rtol=1e-4)


@pytest.mark.parametrize("form", ["keras", "h5"])
def test_layers_add_up_whole_numbers_and_save_them(form, tmp_path):
    layers = [
        sbnn_keras.SparseBinaryConv2D(4, 3, input_quantizer="quant_hard_tanh", connections=0.3),
        tf.keras.layers.Flatten(),
        QuantHardTanh(3, learn_step=True),
        sbnn_keras.SparseBinaryDense(3, input_quantizer=QuantHardTanh(2, 0.5, True)),
    ]
    model = tf.keras.Sequential([tf.keras.Input((6, 6, 2)), *layers])
    model.compile("adam", "mse")
    x = RNG.normal(size=(8, 6, 6, 2)).astype(np.float32)
    model.fit(x, np.zeros((8, 3)), verbose=0)
    first = layers[0]
    sums = tf.nn.conv2d(reference(x, 2, 1.0).astype(np.float32), first.binary_kernel(), 1, "VALID")
    np.testing.assert_array_equal(first(x), sums * first.output_scale + first.bias)
    assert len(layers[3].trainable_variables) == 3  # kernel, bias and step
    path = str(tmp_path / f"model.{form}")
    model.save(path)
    again = tf.keras.models.load_model(path)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    assert again.layers[0].input_quantizer.get_config()["bits"] == 2
    assert again.layers[3].input_quantizer.get_config()["step"] == 0.5
    said = []
    sbnn_keras.summary(model, print_fn=said.append)


def test_the_scale_of_the_levels_goes_onto_the_exponent():
    exponents = []
    for quantizer in ("ste_sign", *map(QuantHardTanh, STEPS)):
        layer = sbnn_keras.SparseBinaryDense(3, input_quantizer=quantizer)
        layer.build((None, 32))
        exponents.append(layer.exponent)
    assert exponents == [-2, -2, -3, -4, -5]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(bits=0), "`bits`: found 0, wanted .* 1 to 4"),
        (dict(bits=5), "`bits`: found 5, wanted .* 1 to 4"),
        (dict(bits=True), "`bits`: found True"),
        (dict(bits=2.0), "`bits`: found 2.0"),
        (dict(step=0), "`step`: found 0, wanted a number above 0"),
        (dict(step=-1.0), "`step`: found -1.0"),
        (dict(step=float("nan")), "`step`: found nan"),
        (dict(step="wide"), "`step`: found 'wide'"),
    ],
)
def test_wrong_arguments_are_refused_in_one_line(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        QuantHardTanh(**arguments)
    assert "\n" not in str(caught.value)
