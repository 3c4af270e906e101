"""Mixed precision, XLA, custom loops and tensorflow-model-optimization."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_model_optimization as tfmot

import sbnn_converter
import sbnn_keras
from sbnn_keras import SparseBinaryConv2D, SparseBinaryDense

X = np.random.default_rng(0).uniform(size=(32, 8, 8, 1)).astype(np.float32)
Y = np.random.default_rng(1).integers(0, 3, 32)
LOSS = "sparse_categorical_crossentropy"


def network(dtype=None):
    return tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            SparseBinaryConv2D(4, 3, connections=0.3, domain="general", dtype=dtype),
            tf.keras.layers.Flatten(),
            SparseBinaryDense(3, connections=0.2, dtype=dtype),
            tf.keras.layers.Softmax(dtype="float32"),
        ]
    )


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_trains_float32_latents(policy):
    tf.keras.mixed_precision.set_global_policy(policy)
    try:
        model = network()
        model.compile("adam", LOSS)
        before = model.layers[2].kernel.latent_variable.numpy()
        model.fit(X, Y, epochs=2, verbose=0)
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    latent = model.layers[2].kernel.latent_variable
    assert latent.dtype == tf.float32 and (latent.numpy() != before).any()
    for layer in (model.layers[0], model.layers[2]):
        kernel = layer.binary_kernel()
        assert (kernel == kernel.max()).sum() == round(layer.connections * kernel.size)


def test_a_mixed_model_is_copied_into_float32_nested_models_too():
    def nested():
        inner = network()
        model = tf.keras.Sequential([tf.keras.Input((8, 8, 1)), inner])
        model.build((None, 8, 8, 1))
        return model, inner

    tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        mixed, inner = nested()
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
    exact = sbnn_keras.in_float32(mixed)
    layers = list(exact._flatten_layers(include_self=False))
    assert {layer.compute_dtype for layer in layers} == {"float32"}
    for ours, theirs in zip(exact.layers[0].layers, inner.layers):
        if hasattr(ours, "binary_kernel"):
            np.testing.assert_array_equal(ours.binary_kernel(), theirs.binary_kernel())
    built_so, _ = nested()
    built_so.set_weights(mixed.get_weights())
    np.testing.assert_array_equal(exact(X), built_so(X))


class Thrice(tf.keras.layers.Layer):
    def call(self, x):
        return 3 * x


def squared(x):
    return x * x


@pytest.mark.parametrize("policy", ["mixed_float16", "float32"])
def test_a_copy_in_float32_takes_along_what_the_model_has_and_converts(policy):
    kinds = tf.keras.layers
    tf.keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        mixed = tf.keras.Sequential(
            [
                tf.keras.Input((8, 8, 1)),
                kinds.Lambda(lambda x: 2 * x + 1),
                Thrice(),
                kinds.Activation("gelu"),
                SparseBinaryConv2D(4, 3, connections=0.3),
                kinds.Activation(squared),
                kinds.Flatten(),
                SparseBinaryDense(3, connections=0.2, activation="tanh"),
                kinds.Activation("softmax", dtype="float32"),
            ]
        )
        tf.keras.mixed_precision.set_global_policy(policy)
        exact = sbnn_keras.in_float32(mixed)
        found = sbnn_converter.Interpreter(sbnn_converter.convert_keras_model(exact)).predict(X)
        np.testing.assert_allclose(found, exact.predict(X, verbose=0), rtol=0, atol=2e-6)
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")


def test_what_keras_cannot_build_anew_is_told():
    kinds = tf.keras.layers
    square = kinds.Activation(lambda x: x * x, name="square")
    model = tf.keras.Sequential([tf.keras.Input((8,)), SparseBinaryDense(3), square])
    with pytest.raises(ValueError, match=r"found layers \['square'\] that Keras cannot") as told:
        sbnn_keras.in_float32(model)
    assert "\n" not in str(told.value)


def test_compiled_by_xla_it_trains_and_holds_its_share():
    layer = SparseBinaryDense(3, connections=0.2, domain="general", activation="softmax")
    model = tf.keras.Sequential([tf.keras.Input((8, 8, 1)), tf.keras.layers.Flatten(), layer])
    model.compile(tf.keras.optimizers.SGD(0.1), LOSS, jit_compile=True)
    before = layer.kernel.latent_variable.numpy()
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    assert (layer.kernel.latent_variable.numpy() != before).any()
    kernel = layer.binary_kernel()
    assert (kernel == kernel.max()).sum() == round(0.2 * 64 * 3)


def test_gradient_accumulation_in_a_custom_loop():
    model = network()
    optimizer = tf.keras.optimizers.Adam()
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy()

    @tf.function
    def gradients(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        return tape.gradient(loss, model.trainable_variables)

    for _ in range(2):
        halves = [gradients(X[i : i + 16], Y[i : i + 16]) for i in (0, 16)]
        optimizer.apply_gradients(
            zip([(a + b) / 2 for a, b in zip(*halves)], model.trainable_variables)
        )
    assert model.layers[2].binary_kernel().sum() == round(0.2 * 144 * 3)


def test_quantization_aware_float_layers_around_ours():
    quantize = tfmot.quantization.keras.quantize_annotate_layer
    annotated = tf.keras.Sequential(
        [
            quantize(tf.keras.layers.Conv2D(4, 3, input_shape=(8, 8, 1))),
            SparseBinaryConv2D(4, 3, connections=0.3),
            tf.keras.layers.Flatten(),
            quantize(tf.keras.layers.Dense(3, activation="softmax")),
        ]
    )
    model = tfmot.quantization.keras.quantize_apply(annotated)
    model.compile("adam", LOSS)
    model.fit(X, Y, verbose=0)
    (ours,) = [layer for layer in model.layers if isinstance(layer, SparseBinaryConv2D)]
    assert ours.input_quantizer is not None
    assert ours.binary_kernel().sum() == round(0.3 * 144)


@pytest.mark.parametrize("make", [lambda: SparseBinaryDense(3), network])
def test_pruning_wrappers_refuse_our_layers(make):
    with pytest.raises(ValueError, match="supported layer.*SparseBinary"):
        tfmot.sparsity.keras.prune_low_magnitude(make())


def test_the_logger_tells_density_and_flips_and_plots_them(tmp_path):
    pytest.importorskip("matplotlib").use("Agg")
    from sbnn_keras import plots

    model = network()
    model.compile("adam", LOSS)
    logger = sbnn_keras.SparsityLogger(per_layer=True, keep_latents=True)
    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[logger]).history
    layer = model.layers[2]
    assert len(history["flip_ratio"]) == 2
    np.testing.assert_allclose(
        history[f"{layer.name}/density"][-1], layer.binary_kernel().mean(), rtol=1e-6
    )
    plots.training_density(logger).figure.savefig(tmp_path / "density.png")
    plots.latent_histograms(logger, layer.name)
    plots.kernel_images(model.layers[0])
