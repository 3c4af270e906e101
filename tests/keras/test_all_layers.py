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


def train(cases, **extra):
    """Layers side by side, trained together: the model, the layers and samples by case."""
    tf.keras.utils.set_random_seed(0)
    inputs, outputs, layers, x = [], [], {}, {}
    rng = np.random.default_rng(0)
    for case in cases:
        ours, _, arguments, shape = CASES[case]
        layers[case] = ours(**arguments, input_quantizer="ste_sign", **extra)
        inputs.append(tf.keras.Input(shape))
        outputs.append(layers[case](inputs[-1]))
        x[case] = rng.normal(size=(8, *shape)).astype(np.float32)
    model = tf.keras.Model(inputs, outputs)
    model.compile("adam", "mse")
    samples = list(x.values())
    zeros = [np.zeros((8, *output.shape[1:])) for output in outputs]
    model.fit(samples, zeros, batch_size=4, epochs=2, verbose=0)
    return model, layers, x


@pytest.fixture(scope="module", params=["01", "general", "signed"])
def trained(request):
    # How a layer is traced does not hang on its domain: the steps are traced in one.
    tf.config.run_functions_eagerly(request.param != "01")
    try:
        model, layers, x = train(CASES, connections=0.2, domain=request.param)
    finally:
        tf.config.run_functions_eagerly(False)
    return layers, x, dict(zip(CASES, model.predict(list(x.values()), verbose=0)))


@pytest.mark.parametrize("case", CASES)
def test_outputs_are_larqs_sums_scaled_afterwards(trained, case):
    layers, x, found = trained
    ours, (_, theirs, arguments, _) = layers[case], CASES[case]
    theirs = theirs(**arguments, use_bias=False, input_quantizer="ste_sign")
    theirs.build(x[case].shape)
    kernels = ours.binary_kernels()
    theirs.set_weights(list(kernels.values()))
    sums = theirs(x[case]).numpy()
    np.testing.assert_array_equal(found[case], sums * ours.output_scale + ours.bias.numpy())
    steps = sums * 64.0 ** len(kernels)
    np.testing.assert_array_equal(steps, np.round(steps))


@pytest.mark.parametrize("case", CASES)
def test_counts_are_exact_after_training(trained, case):
    layer = trained[0][case]
    for kernel in layer.binary_kernels().values():
        connections = kernel != (0 if layer.domain == "signed" else kernel.min())
        assert connections.sum() == round(0.2 * kernel.size)


@pytest.fixture(scope="module")
def to_save():
    """A model of a layer with one kernel and one with two, samples, what it answers."""
    model, _, x = train(["dense", "separable2d"], connections=0.2, domain="general")
    samples = list(x.values())
    return model, samples, model(samples)


@pytest.mark.parametrize("form", ["h5", "keras", "saved_model", "weights", "weights.h5"])
def test_a_saved_model_predicts_the_same(to_save, form, tmp_path):
    model, samples, wanted = to_save
    path = str(tmp_path / f"model.{form}")
    if form.startswith("weights"):
        path = str(tmp_path / ("w.h5" if form == "weights.h5" else "checkpoint"))
        model.save_weights(path)
        again = tf.keras.models.clone_model(model)
        again.load_weights(path)
    else:
        model.save(path)
        again = tf.keras.models.load_model(path)
    for found, output in zip(again(samples), wanted, strict=True):
        np.testing.assert_array_equal(found, output)
    layers = [layer for layer in again.layers if hasattr(layer, "kernel_quantizers")]
    steps = [int(q.steps.numpy()) for layer in layers for q in layer.kernel_quantizers()]
    assert steps == [4] * 3


def test_domain_parameters_say_what_the_kernel_holds(to_save):
    layer = next(
        layer for layer in to_save[0].layers if isinstance(layer, sbnn_keras.SparseBinaryDense)
    )
    r, scale = layer.domain_parameters()
    assert -64 <= r <= 64 and r != 0 and scale > 0
    values = np.unique(layer.binary_kernel())
    np.testing.assert_array_equal(values, [r / 64, 1 + r / 64])
    exponent = 2.0**layer.exponent
    np.testing.assert_allclose(layer.output_scale, exponent * scale)
    plain = sbnn_keras.SparseBinaryDense(3)
    plain.build((None, 4))
    assert plain.domain_parameters() == (0, 1.0)


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
