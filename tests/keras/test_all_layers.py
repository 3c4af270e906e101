"""Every layer type: exact sums, exact counts, saving."""

import larq as lq
import numpy as np
import pytest
import tensorflow as tf

import sbnn_keras
from sbnn_keras.quantizers import SparseBinary

CASES = {
    "dense": (sbnn_keras.SparseBinaryDense, lq.layers.QuantDense, dict(units=6), (20,)),
    "conv1d causal": (
        sbnn_keras.SparseBinaryConv1D,
        lq.layers.QuantConv1D,
        dict(filters=6, kernel_size=3, padding="causal", dilation_rate=2),
        (12, 4),
    ),
    "conv2d dilated": (
        sbnn_keras.SparseBinaryConv2D,
        lq.layers.QuantConv2D,
        dict(filters=6, kernel_size=3, padding="same", pad_values=-1, dilation_rate=2),
        (9, 8, 4),
    ),
    "conv2d groups": (
        sbnn_keras.SparseBinaryConv2D,
        lq.layers.QuantConv2D,
        dict(filters=6, kernel_size=3, groups=2, strides=2),
        (9, 8, 4),
    ),
    "depthwise": (
        sbnn_keras.SparseBinaryDepthwiseConv2D,
        lq.layers.QuantDepthwiseConv2D,
        dict(kernel_size=3, depth_multiplier=2, padding="same", pad_values=1),
        (9, 8, 4),
    ),
    "separable1d": (
        sbnn_keras.SparseBinarySeparableConv1D,
        lq.layers.QuantSeparableConv1D,
        dict(filters=6, kernel_size=3, padding="same"),
        (12, 4),
    ),
    "separable2d": (
        sbnn_keras.SparseBinarySeparableConv2D,
        lq.layers.QuantSeparableConv2D,
        dict(filters=6, kernel_size=3, strides=2),
        (9, 8, 4),
    ),
}


def build(case, **extra):
    ours, theirs, arguments, shape = CASES[case]
    layer = ours(**arguments, input_quantizer="ste_sign", **extra)
    model = tf.keras.Sequential([tf.keras.Input(shape), layer])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(8, *shape)).astype(np.float32)
    y = np.zeros(model.compute_output_shape((8, *shape)))
    model.fit(x, y, batch_size=4, epochs=2, verbose=0)
    return model, layer, theirs(**arguments, use_bias=False, input_quantizer="ste_sign"), x


@pytest.mark.parametrize("domain", ["01", "general", "signed"])
@pytest.mark.parametrize("case", CASES)
def test_outputs_are_larqs_sums_scaled_afterwards(case, domain):
    model, ours, theirs, x = build(case, connections=0.2, domain=domain)
    theirs.build(x.shape)
    kernels = ours.binary_kernels()
    theirs.set_weights(list(kernels.values()))
    sums = theirs(x).numpy()
    outputs = sums * ours.output_scale + ours.bias.numpy()
    np.testing.assert_array_equal(model.predict(x, verbose=0), outputs)
    steps = sums * 64.0 ** len(kernels)
    np.testing.assert_array_equal(steps, np.round(steps))


@pytest.mark.parametrize("case", CASES)
def test_counts_are_exact_after_training(case):
    _, layer, _, _ = build(case, connections=0.2)
    for kernel in layer.binary_kernels().values():
        assert kernel.sum() == round(0.2 * kernel.size)


@pytest.mark.parametrize("form", ["h5", "keras", "saved_model", "weights", "weights.h5"])
@pytest.mark.parametrize("case", ["dense", "separable2d"])
def test_a_saved_model_predicts_the_same(case, form, tmp_path):
    model, layer, _, x = build(case, connections=0.2, domain="general")
    path = str(tmp_path / f"model.{form}")
    if form.startswith("weights"):
        path = str(tmp_path / ("w.h5" if form == "weights.h5" else "checkpoint"))
        model.save_weights(path)
        again = tf.keras.models.clone_model(model)
        again.load_weights(path)
    else:
        model.save(path)
        again = tf.keras.models.load_model(path)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    steps = [int(q.steps.numpy()) for q in again.layers[0].kernel_quantizers()]
    assert steps == [4] * len(steps)


def test_domain_parameters_say_what_the_kernel_holds():
    model, layer, _, x = build("dense", connections=0.25, domain="general")
    r, scale = layer.domain_parameters()
    assert -64 <= r <= 64 and r != 0 and scale > 0
    values = np.unique(layer.binary_kernel())
    np.testing.assert_array_equal(values, [r / 64, 1 + r / 64])
    exponent = 2.0**layer.exponent
    np.testing.assert_allclose(layer.output_scale, exponent * scale)
    assert build("dense")[1].domain_parameters() == (0, 1.0)


@pytest.mark.parametrize("quantizer", ["sparse_binary", "sparse_binary_general", SparseBinary()])
def test_the_quantizer_alone_works_in_larqs_layers(quantizer):
    layer = lq.layers.QuantDense(5, kernel_quantizer=quantizer, kernel_constraint="weight_clip")
    x = np.random.default_rng(0).choice([-1.0, 1.0], (4, 32)).astype(np.float32)
    outputs = layer(x)
    np.testing.assert_array_equal(outputs * 64, np.round(outputs * 64))


def test_unknown_domain_and_pseudo_gradient_are_named():
    with pytest.raises(ValueError, match="'02'.*'01', 'general'"):
        sbnn_keras.SparseBinaryDense(3, domain="02")
    with pytest.raises(ValueError, match="'none'.*'ste'"):
        SparseBinary(pseudo_gradient="none")
